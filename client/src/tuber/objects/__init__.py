"""Remote objects: the classes generated from descriptions, their methods, properties and items."""
