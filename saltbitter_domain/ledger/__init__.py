"""The books: what happened to money, each fact once, as transactions of double entry."""
