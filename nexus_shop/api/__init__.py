"""Every way in from outside: parses, authorises, calls one operation or query, renders."""
