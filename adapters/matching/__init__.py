"""The match engine for many: columns, kernels and allocation over flat arrays, equal to the domain's own."""
