"""Sources of tools: built-in ones, plugins, and servers of the Model Context Protocol."""
