"""How much a file may hold; each limit has its sentence where it is tested."""

PIECE = 2**20
SAMPLE = 2**18  # bytes read to tell encoding, delimiter and header
MAX_COLUMNS = 5_000
MAX_ROWS = 100_000_000
MAX_CELLS = 20_000_000_000
MAX_ROW_BYTES = 16 * 2**20
MAX_QUOTED_LINES = 2_000
MAX_NAME = 200

# A packed file may unpack to this much whatever its size, and to this many times its size beyond that.
UNPACKED_ALWAYS = 256 * 2**20
UNPACKED_RATIO = 200
MAX_UNPACKED = 64 * 2**30
# Columns repeat themselves far more than files do: what is stored once may fairly stand for a million rows.
COLUMNS_RATIO = 2_000
MAX_BATCH_BYTES = 2**30  # of one batch of rows, decoded

MAX_MEMBERS = 1_000_000
MAX_IMAGES = 500_000
MAX_IMAGE_BYTES = 64 * 2**20
MAX_PIXELS = 64_000_000
MAX_NOTES_BYTES = 256 * 2**20  # of a file that describes images, or of a workbook's shared strings: they are read whole
MAX_NOTES_TRIED = 100

# Faults that are left out and told, rather than refused: few in number, or a small share.
FEW = 20
SMALL_SHARE = 0.01
HOPELESS = 10_000
