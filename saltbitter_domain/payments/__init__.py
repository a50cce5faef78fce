"""What the payment gateway tells of its customers, and the tier that follows from it."""
