"""What members are told outside the product, on which devices, and when: never in their quiet hours."""
