"""The same three routes built with other tools, over one set of tables, so that only the tool differs."""
