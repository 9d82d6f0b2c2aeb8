-- Makes the account tables of a Django-Oscar 4.2 shop (auth_user) those of this one, so that `manage.py migrate` can do
-- the rest. Run it once, on a copy first, with the old shop stopped: docs/howto/configure.md says what comes before and
-- after. Ids, password hashes, groups and every reference to an account stay. It runs whole or not at all.
--
--     psql --set ON_ERROR_STOP=1 --single-transaction --file deploy/take_over_oscar.sql "$DATABASE_URL"
--
-- Tried by hand on a small database of plain Oscar 4.2.1; `tests/deploy/test_take_over.py` runs it on tables renamed back.

-- An account without an address gets one that no mail server takes. Addresses and names that differ only in case are
-- one account's: the youngest keeps its own only if it stands alone. Look at these before you let anybody in.
UPDATE auth_user SET email = 'account-' || id || '@no-address.invalid' WHERE email = '';
UPDATE auth_user u SET email = 'account-' || id || '@duplicate.invalid', is_active = false
    WHERE EXISTS (SELECT 1 FROM auth_user o WHERE lower(o.email) = lower(u.email) AND o.id < u.id);
UPDATE auth_user u SET username = left(username, 130) || '-' || id
    WHERE EXISTS (SELECT 1 FROM auth_user o WHERE lower(o.username) = lower(u.username) AND o.id < u.id);

ALTER TABLE auth_user RENAME TO accounts_user;
ALTER TABLE auth_user_groups RENAME TO accounts_user_groups;
ALTER TABLE auth_user_user_permissions RENAME TO accounts_user_user_permissions;
CREATE UNIQUE INDEX one_account_per_email ON accounts_user (lower(email));
CREATE UNIQUE INDEX one_account_per_username ON accounts_user (lower(username));

-- The rest of accounts' migrations, which are then recorded as done.
CREATE TABLE accounts_tokenfamily (
    id varchar(22) PRIMARY KEY,
    refresh_id varchar(32) NOT NULL,
    created_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    used_at timestamp with time zone DEFAULT statement_timestamp() NOT NULL,
    expires_at timestamp with time zone NOT NULL,
    revoked_at timestamp with time zone,
    auth_hash varchar(64) DEFAULT '' NOT NULL,
    user_id bigint NOT NULL REFERENCES accounts_user (id) DEFERRABLE INITIALLY DEFERRED
);
CREATE INDEX accounts_tokenfamily_expires_at ON accounts_tokenfamily (expires_at);
CREATE INDEX accounts_tokenfamily_user_id ON accounts_tokenfamily (user_id);
UPDATE django_content_type SET app_label = 'accounts' WHERE app_label = 'auth' AND model = 'user';
INSERT INTO django_migrations (app, name, applied)
VALUES ('accounts', '0001_nexus_initial', now()), ('accounts', '0002_nexus_password_of_login', now());
