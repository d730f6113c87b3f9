#include "llvm/ADT/StringRef.h"
#include "nibble/Numerics/Integer.h"
#include <string.h>
