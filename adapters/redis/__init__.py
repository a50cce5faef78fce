"""What processes share for a while: limits, revocations, a doorbell, who leads. Never the only place of anything."""
