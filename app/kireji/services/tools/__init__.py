"""Tools of models: which there are, who may call them, and how calls run."""
