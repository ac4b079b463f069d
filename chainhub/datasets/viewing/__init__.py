"""Rows of a version, read piece by piece out of its Parquet: pages, filters, order, pictures, CSV.

`sheet.opened(version, user)` is the way in; nothing is ever loaded whole, and no question may take longer than a while.
"""
