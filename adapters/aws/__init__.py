"""Amazon Web Services: where photos are kept, who delivers them, and who looks at them."""
