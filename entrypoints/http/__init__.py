"""The HTTP API. What it accepts and answers is declared on its routes; OpenAPI is made from the same declarations."""
