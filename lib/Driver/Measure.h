//===- Measure.h - the time of one run ---------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_MEASURE_H
#define NIBBLE_LIB_DRIVER_MEASURE_H

#include "nibble/Execution/Program.h"

namespace nibble {

/// The median of the seconds that one run takes, measured for at least `seconds` on pseudo-random inputs, the same in every call.
llvm::Expected<double> measureProgram(Program &program, int threads, double seconds);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_MEASURE_H
