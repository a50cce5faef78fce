"""What is bought once. Nothing here buys reach: there are no boosts."""

from collections.abc import Mapping
from types import MappingProxyType

from saltbitter_domain.kernel import Money
from saltbitter_domain.orders.model import Product, ProductName

PRODUCTS: Mapping[ProductName, Product] = MappingProxyType(
    {
        ProductName.PRACTICE_PACK: Product(
            ProductName.PRACTICE_PACK, Money(499, "USD"), "A hundred more messages to practise with."
        ),
        ProductName.COACHING_REPORT: Product(
            ProductName.COACHING_REPORT, Money(699, "USD"), "One report about how you get on with people."
        ),
    }
)
"""By price, lowest first."""
