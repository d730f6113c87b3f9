//===- InspectTensors.h - what a file of named tensors holds ----------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_INSPECTTENSORS_H
#define NIBBLE_LIB_DRIVER_INSPECTTENSORS_H

#include "nibble/Import/TensorFile.h"

namespace nibble {

/// Prints metadata and, for each tensor, name, element encoding, shape (outermost dimension first) and size.
llvm::Error inspectTensors(llvm::StringRef path, llvm::raw_ostream &out);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_INSPECTTENSORS_H
