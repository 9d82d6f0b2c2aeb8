"""The routes of `/api/v1/`: ours, and oscarapi's by its override mechanism. None of its views is mounted as it is."""

from typing import Any

from django.urls import path
from oscarapi.utils.loading import get_api_class

from .views import admin_catalogue as kept
from .views import admin_order as admin
from .views import cart
from .views.addresses import AddressDetail, AddressList
from .views.admin_products import ProductAdminDetail, ProductAdminList, ProductBulk, ProductVariantsAdmin
from .views.admin_stock import StockRecordAdminDetail, StockRecordAdminList
from .views.basic import PaymentMethodList
from .views.cart_extras import (
    BulkView,
    MergeView,
    SavedDetail,
    SavedList,
    SavedRestoreView,
    SharedDetail,
    SharedRestoreView,
    ShareView,
    VoucherDetail,
    VoucherList,
)
from .views.category import AttributeList, BrandDetail, BrandList, CategoryDetail, OptionList
from .views.checkouts import (
    CheckoutAddresses,
    CheckoutCancel,
    CheckoutComplete,
    CheckoutDetail,
    CheckoutList,
    CheckoutPaymentSessions,
    CheckoutShipments,
    CheckoutShippingMethods,
)
from .views.files import FileList
from .views.health import CacheHealthView, DatabaseHealthView, HealthView
from .views.inventory import AdjustmentList, ReservationList
from .views.login import AccountView, LogoutView, RefreshView
from .views.order import OrderCancelView, OrderEventsView, OrderLookupView, OrderStatusView, OwnOrders
from .views.payment import CaptureView, PaymentDetail, PaymentList, RefundDetail, RefundList, VoidView
from .views.prices import CartEstimateView, CartExplainView
from .views.product_images import ProductImageDetail, ProductImageList
from .views.product_parts import ProductMedia, ProductRelated, ProductReviews, ProductVariants
from .views.product_prices import (
    OptionPriceChangeList,
    PriceChangeList,
    ProductAvailabilityView,
    ProductPriceHistoryView,
    ProductPriceView,
)
from .views.rates import ShippingMethodAdminDetail, ShippingMethodAdminList, TaxRuleDetail, TaxRuleList
from .views.translations import TranslationsView


def ours(module: str, name: str) -> Any:
    """Oscarapi's view of that name, which has to be our override of it."""
    view = get_api_class(f"views.{module}", name)
    if not view.__module__.startswith("nexus_shop."):
        raise RuntimeError(f"oscarapi's {name} is not overridden: it is not safe to mount")
    return view.as_view()


urlpatterns = [
    path("api/v1/auth/register/", ours("login", "RegistrationView"), name="register"),
    path("api/v1/auth/login/", ours("login", "LoginView"), name="login"),
    path("api/v1/auth/refresh/", RefreshView.as_view(), name="refresh"),
    path("api/v1/auth/logout/", LogoutView.as_view(), name="logout"),
    path("api/v1/me/", AccountView.as_view(), name="me"),
    path("api/v1/products/", ours("product", "ProductList"), name="product-list"),
    path("api/v1/products/categories/", ours("product", "CategoryList"), name="product-category-list"),
    path("api/v1/products/<product:key>/price/", ProductPriceView.as_view(), name="product-price"),
    path(
        "api/v1/products/<product:key>/price-history/",
        ProductPriceHistoryView.as_view(),
        name="product-price-history",
    ),
    path(
        "api/v1/products/<product:key>/availability/",
        ProductAvailabilityView.as_view(),
        name="product-availability",
    ),
    path("api/v1/products/<product:key>/variants/", ProductVariants.as_view(), name="product-variants"),
    path("api/v1/products/<product:key>/media/", ProductMedia.as_view(), name="product-media"),
    path("api/v1/products/<product:key>/related/", ProductRelated.as_view(), name="product-related"),
    path("api/v1/products/<product:key>/reviews/", ProductReviews.as_view(), name="product-reviews"),
    path("api/v1/products/<product:key>/", ours("product", "ProductDetail"), name="product-detail"),
    path("api/v1/categories/", ours("product", "CategoryList"), name="category-list"),
    path("api/v1/categories/<path:key>/", CategoryDetail.as_view(), name="category-detail"),
    path("api/v1/brands/", BrandList.as_view(), name="brand-list"),
    path("api/v1/brands/<str:slug>/", BrandDetail.as_view(), name="brand-detail"),
    path("api/v1/attributes/", AttributeList.as_view(), name="attribute-list"),
    path("api/v1/options/", OptionList.as_view(), name="option-list"),
    path("api/v1/countries/", ours("basic", "CountryList"), name="country-list"),
    path("api/v1/cart/", cart.CartDetail.as_view(), name="cart"),
    path("api/v1/cart/items/", cart.CartItems.as_view(), name="cart-items"),
    path("api/v1/cart/items/bulk/", BulkView.as_view(), name="cart-items-bulk"),
    path("api/v1/cart/items/<str:handle>/", cart.CartItemDetail.as_view(), name="cart-item"),
    path("api/v1/cart/vouchers/", VoucherList.as_view(), name="cart-vouchers"),
    path("api/v1/cart/vouchers/<path:code>/", VoucherDetail.as_view(), name="cart-voucher"),
    path("api/v1/cart/saved/", SavedList.as_view(), name="cart-saved"),
    path("api/v1/cart/saved/<str:handle>/", SavedDetail.as_view(), name="cart-saved-line"),
    path("api/v1/cart/saved/<str:handle>/restore/", SavedRestoreView.as_view(), name="cart-saved-restore"),
    path("api/v1/cart/share/", ShareView.as_view(), name="cart-share"),
    path("api/v1/cart/shared/<str:handle>/", SharedDetail.as_view(), name="cart-shared"),
    path("api/v1/cart/shared/<str:handle>/restore/", SharedRestoreView.as_view(), name="cart-shared-restore"),
    path("api/v1/cart/merge/", MergeView.as_view(), name="cart-merge"),
    path("api/v1/cart/shipping-methods/", cart.CartShippingMethods.as_view(), name="cart-shipping-methods"),
    path("api/v1/cart/estimate/", CartEstimateView.as_view(), name="cart-estimate"),
    path("api/v1/cart/explain/", CartExplainView.as_view(), name="cart-explain"),
    path("api/v1/basket/", ours("basket", "BasketView"), name="api-basket"),
    path("api/v1/basket/add-product/", ours("basket", "AddProductView"), name="api-basket-add-product"),
    path("api/v1/basket/add-voucher/", ours("basket", "AddVoucherView"), name="api-basket-add-voucher"),
    path("api/v1/basket/shipping-methods/", ours("basket", "ShippingMethodView"), name="api-basket-shipping-methods"),
    path("api/v1/baskets/", ours("basic", "BasketList"), name="basket-list"),
    path("api/v1/baskets/<str:basket>/", ours("basic", "BasketDetail"), name="basket-detail"),
    path("api/v1/baskets/<str:basket>/lines/", ours("basket", "LineList"), name="basket-lines-list"),
    path(
        "api/v1/baskets/<str:basket>/lines/<str:handle>/",
        ours("basket", "BasketLineDetail"),
        name="basket-line-detail",
    ),
    path("api/v1/useraddresses/", ours("checkout", "UserAddressList"), name="useraddress-list"),
    path("api/v1/useraddresses/<str:handle>/", ours("checkout", "UserAddressDetail"), name="useraddress-detail"),
    path("api/v1/me/addresses/", AddressList.as_view(), name="me-addresses"),
    path("api/v1/me/addresses/<str:handle>/", AddressDetail.as_view(), name="me-address"),
    path("api/v1/payments/methods/", PaymentMethodList.as_view(), name="payment-methods"),
    path("api/v1/payments/", PaymentList.as_view(), name="payment-list"),
    path("api/v1/payments/refunds/", RefundList.as_view(), name="refund-list"),
    path("api/v1/payments/refunds/<str:handle>/", RefundDetail.as_view(), name="refund-detail"),
    path("api/v1/payments/<str:handle>/", PaymentDetail.as_view(), name="payment-detail"),
    path("api/v1/payments/<str:handle>/capture/", CaptureView.as_view(), name="payment-capture"),
    path("api/v1/payments/<str:handle>/void/", VoidView.as_view(), name="payment-void"),
    path("api/v1/checkout/", ours("checkout", "CheckoutView"), name="checkout"),
    path("api/v1/checkouts/", CheckoutList.as_view(), name="checkout-list"),
    path("api/v1/checkouts/<str:handle>/", CheckoutDetail.as_view(), name="checkout-detail"),
    path("api/v1/checkouts/<str:handle>/addresses/", CheckoutAddresses.as_view(), name="checkout-addresses"),
    path(
        "api/v1/checkouts/<str:handle>/shipping-methods/",
        CheckoutShippingMethods.as_view(),
        name="checkout-shipping-methods",
    ),
    path("api/v1/checkouts/<str:handle>/shipments/", CheckoutShipments.as_view(), name="checkout-shipments"),
    path(
        "api/v1/checkouts/<str:handle>/payment-sessions/",
        CheckoutPaymentSessions.as_view(),
        name="checkout-payment-sessions",
    ),
    path("api/v1/checkouts/<str:handle>/complete/", CheckoutComplete.as_view(), name="checkout-complete"),
    path("api/v1/checkouts/<str:handle>/cancel/", CheckoutCancel.as_view(), name="checkout-cancel"),
    path("api/v1/orders/", ours("checkout", "OrderList"), name="order-list"),
    path("api/v1/orders/lookup/", OrderLookupView.as_view(), name="order-lookup"),
    path("api/v1/orders/<str:handle>/", ours("checkout", "OrderDetail"), name="order-detail"),
    path("api/v1/orders/<str:handle>/status/", OrderStatusView.as_view(), name="order-status"),
    path("api/v1/admin/stockrecords/", StockRecordAdminList.as_view(), name="admin-stockrecord-list"),
    path("api/v1/admin/stockrecords/<str:key>/", StockRecordAdminDetail.as_view(), name="admin-stockrecord-detail"),
    path("api/v1/admin/inventory/adjustments/", AdjustmentList.as_view(), name="admin-inventory-adjustments"),
    path("api/v1/admin/inventory/reservations/", ReservationList.as_view(), name="admin-inventory-reservations"),
    path("api/v1/admin/translations/<str:kind>/<str:thing_id>/", TranslationsView.as_view(), name="admin-translations"),
    path("api/v1/admin/prices/changes/", PriceChangeList.as_view(), name="admin-price-changes"),
    path("api/v1/admin/prices/option-changes/", OptionPriceChangeList.as_view(), name="admin-option-price-changes"),
    path("api/v1/orders/<str:handle>/cancel/", OrderCancelView.as_view(), name="order-cancel"),
    path("api/v1/orders/<str:handle>/events/", OrderEventsView.as_view(), name="order-events"),
    path("api/v1/me/orders/", OwnOrders.as_view(), name="me-orders"),
    path("api/v1/admin/orders/", admin.OrderAdminList.as_view(), name="admin-orders"),
    path("api/v1/admin/orders/<str:handle>/", admin.OrderAdminDetail.as_view(), name="admin-order"),
    path("api/v1/admin/orders/<str:handle>/lines/", admin.OrderLines.as_view(), name="admin-order-lines"),
    path(
        "api/v1/admin/orders/<str:handle>/shipping-events/",
        admin.OrderShippingEvents.as_view(),
        name="admin-order-shipping-events",
    ),
    path(
        "api/v1/admin/orders/<str:handle>/payment-events/",
        admin.OrderPaymentEvents.as_view(),
        name="admin-order-payment-events",
    ),
    path("api/v1/admin/orders/<str:handle>/notes/", admin.OrderNotes.as_view(), name="admin-order-notes"),
    path("api/v1/admin/orders/<str:handle>/links/", admin.OrderLinks.as_view(), name="admin-order-links"),
    path("api/v1/admin/shipping-methods/", ShippingMethodAdminList.as_view(), name="admin-shipping-methods"),
    path(
        "api/v1/admin/shipping-methods/<str:method_id>/",
        ShippingMethodAdminDetail.as_view(),
        name="admin-shipping-method",
    ),
    path("api/v1/admin/tax-rules/", TaxRuleList.as_view(), name="admin-tax-rules"),
    path("api/v1/admin/tax-rules/<str:rate_id>/", TaxRuleDetail.as_view(), name="admin-tax-rule"),
    path("api/v1/admin/products/", ProductAdminList.as_view(), name="admin-product-list"),
    path("api/v1/admin/products/bulk/", ProductBulk.as_view(), name="admin-product-bulk"),
    path(
        "api/v1/admin/products/<product:key>/variants/", ProductVariantsAdmin.as_view(), name="admin-product-variants"
    ),
    path("api/v1/admin/products/<product:key>/images/", ProductImageList.as_view(), name="admin-product-images"),
    path(
        "api/v1/admin/products/<product:key>/images/<str:image_id>/",
        ProductImageDetail.as_view(),
        name="admin-product-image",
    ),
    path("api/v1/admin/files/", FileList.as_view(), name="admin-files"),
    path("api/v1/admin/products/<product:key>/", ProductAdminDetail.as_view(), name="admin-product-detail"),
    path("api/v1/admin/brands/", kept.BrandList.as_view(), name="admin-brand-list"),
    path("api/v1/admin/brands/<str:key>/", kept.BrandDetail.as_view(), name="admin-brand-detail"),
    path("api/v1/admin/categories/", kept.CategoryAdminList.as_view(), name="admin-category-list"),
    path("api/v1/admin/categories/<str:key>/", kept.CategoryAdminDetail.as_view(), name="admin-category-detail"),
    path("api/v1/admin/productclasses/", kept.ProductClassList.as_view(), name="admin-productclass-list"),
    path("api/v1/admin/productclasses/<str:key>/", kept.ProductClassDetail.as_view(), name="admin-productclass-detail"),
    path("api/v1/admin/attributes/", kept.AttributeAdminList.as_view(), name="admin-productattribute-list"),
    path(
        "api/v1/admin/attributes/<str:key>/", kept.AttributeAdminDetail.as_view(), name="admin-productattribute-detail"
    ),
    path("api/v1/admin/option-groups/", kept.OptionGroupList.as_view(), name="admin-attributeoptiongroup-list"),
    path(
        "api/v1/admin/option-groups/<str:key>/",
        kept.OptionGroupDetail.as_view(),
        name="admin-attributeoptiongroup-detail",
    ),
    # oscarapi's own addresses of the same
    path("api/v1/admin/productattributes/", kept.AttributeAdminList.as_view()),
    path("api/v1/admin/productattributes/<str:key>/", kept.AttributeAdminDetail.as_view()),
    path("api/v1/admin/attributeoptiongroups/", kept.OptionGroupList.as_view()),
    path("api/v1/admin/attributeoptiongroups/<str:key>/", kept.OptionGroupDetail.as_view()),
    path("api/v1/admin/options/", kept.OptionAdminList.as_view(), name="admin-option-list"),
    path("api/v1/admin/options/<str:key>/", kept.OptionAdminDetail.as_view(), name="admin-option-detail"),
    path("api/v1/admin/partners/", kept.PartnerAdminList.as_view(), name="admin-partner-list"),
    path("api/v1/admin/partners/<str:key>/", kept.PartnerAdminDetail.as_view(), name="admin-partner-detail"),
    path("api/v1/admin/categories-bulk/", kept.CategoryBulk.as_view(), name="admin-category-bulk"),
    path("health/", HealthView.as_view(), name="health"),
    path("health/db/", DatabaseHealthView.as_view(), name="health-db"),
    path("health/cache/", CacheHealthView.as_view(), name="health-cache"),
]
