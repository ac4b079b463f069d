"""Published models: versions, cards, downloads, and trying them."""
