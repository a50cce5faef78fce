"""A pytest plugin for runs over mutants: few examples, always the same ones, and no clock."""

from hypothesis import HealthCheck, settings

settings.register_profile(
    "mutants",
    max_examples=20,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
settings.load_profile("mutants")
