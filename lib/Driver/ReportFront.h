//===- ReportFront.h - the front of assignments on the report's page --------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_REPORTFRONT_H
#define NIBBLE_LIB_DRIVER_REPORTFRONT_H

#include "nibble/Assignment/Front.h"
#include "llvm/Support/raw_ostream.h"

namespace nibble {

/// Loss over size and loss over time, one plot each, with a word about them. `front` has points.
void plotFront(const assignment::Front &front, llvm::raw_ostream &out);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_REPORTFRONT_H
