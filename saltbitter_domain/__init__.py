"""What SaltBitter knows about people, assessments, compatibility, subscriptions and consent.

Nothing here knows of HTTP, SQL or a vendor: a feature names what it needs from outside in its ``ports``.
"""
