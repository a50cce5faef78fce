"""What members order, from the wish to what the payment gateway made of it."""
