//===- QuantizationInterfaces.cpp ------------------------------------------------------------------===//

#include "nibble/Interfaces/QuantizationInterfaces.h"

#include "nibble/Interfaces/QuantizationInterfaces.cpp.inc"
