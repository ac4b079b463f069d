"""No tables: the catalogue is code, its texts are translated."""
