"""Everything in this process: the store and its units of work in dictionaries, and honest fakes of outside parties."""
