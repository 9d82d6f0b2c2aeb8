"""Examples of request bodies, by operation. A test sends each one to a demo shop."""

from typing import Any, Final

ADDRESS: Final = {
    "first_name": "John",
    "last_name": "Doe",
    "line1": "123 Main St",
    "line4": "Anytown",
    "state": "CA",
    "postcode": "90210",
    "country": "US",
}
EXAMPLES: Final[dict[str, Any]] = {
    "register": {
        "username": "johndoe",
        "email": "john@example.com",
        "password": "correct-horse-battery",
        "first_name": "John",
        "last_name": "Doe",
    },
    "login": {"email": "john@example.com", "password": "correct-horse-battery"},
    "refresh": {"refresh": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…"},
    "logout": {"refresh": "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9…"},
    "changeAccount": {"first_name": "Johnny"},
    "createProduct": {
        "name": "Premium Laptop",
        "description": "<p>Light and fast.</p>",
        "price": "1299.99",
        "category": 1,
        "stock_quantity": 50,
        "sku": "LAPTOP-001",
    },
    "addToCart": {"product_id": 1, "quantity": 2},
    "replaceCartItems": {"items": [{"product_id": 1, "quantity": 1}]},
    "setCartItemQuantity": {"quantity": 3},
    "estimateCart": {"country": "US", "state": "CA", "postcode": "90210"},
    "changeCart": {"notes": "Please ring twice.", "accept": ["price_changed", "insufficient_stock"]},
    "addManyToCart": {"items": [{"sku": "NX-MUG-01", "quantity": 2}, {"sku": "NX-BAG-01"}]},
    "addVoucher": {"code": "WELCOME10"},
    "saveForLater": {"item": "0a1b2c3d4e5f60718293a4b5c6d7e8f9"},
    "restoreSharedCart": {"strategy": "sum"},
    "mergeCarts": {"token": "pZ3vT0lq8nB6Yw1kXc5RrD2mSgHf7JtAaUeOiLx4Kb0", "strategy": "sum"},
    "checkout": {
        "email": "john@example.com",
        "shipping_address": ADDRESS,
        "shipping_method": "flat-rate",
        "payment_method": "manual",
        "expected_total": {"amount": "24.95", "currency": "GBP"},
    },
    "placeOrder": {
        "items": [{"product_id": 1, "quantity": 2}],
        "shipping_address": {
            "street": "123 Main St",
            "city": "Anytown",
            "state": "CA",
            "zip_code": "12345",
            "country": "US",
        },
    },
    "adjustStock": {"sku": "LAPTOP-001", "expected": 50, "quantity": 48, "reason": "Counted on the shelf"},
    "pay": {
        "order": "0f3a9c5d7e1b2846a0c4e8f1b3d59726",
        "method": "manual",
        "expected_amount": {"amount": "14.95", "currency": "GBP"},
    },
    "refundPayment": {
        "order": "0f3a9c5d7e1b2846a0c4e8f1b3d59726",
        "amount": {"amount": "4.95", "currency": "GBP"},
        "reason": "A scratch",
        "reference": "Transfer 4711",
    },
    "setOrderStatus": {"status": "processing"},
    "changeOrder": {"notes": "Please ring twice."},
    "replaceOrder": {"notes": "", "shipping_address": ADDRESS | {"line1": "125 Main St"}},
    "cancelOrder": {"reason": "I have ordered twice."},
    "lookupOrder": {"number": "7K3F-9QXT-2M4A", "email": "john@example.com"},
    "writeOrderNote": {"message": "The customer has called: please wrap it as a present."},
}
