//===- ReferenceRun.h - programs and tests on the reference interpreter ------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_REFERENCERUN_H
#define NIBBLE_LIB_DRIVER_REFERENCERUN_H

#include "nibble/Driver/Run.h"

namespace nibble {

/// `nibble run --reference`.
llvm::Error runOnReference(const RunOptions &options);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_REFERENCERUN_H
