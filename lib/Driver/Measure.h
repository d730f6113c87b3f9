//===- Measure.h - the time of one run ---------------------------------------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_MEASURE_H
#define NIBBLE_LIB_DRIVER_MEASURE_H

#include "nibble/Execution/Program.h"

namespace nibble {

/// Pseudo-random inputs of a program, the same for each one with the same interface, and room for its outputs.
class MadeUpCall {
public:
  explicit MadeUpCall(Program &program);

  llvm::Error run(int threads) { return program.runOnce(inputs, outputs, threads); }

private:
  Program &program;
  std::vector<std::vector<char>> storage;
  std::vector<const void *> inputs;
  std::vector<void *> outputs;
};

/// The median; reorders `values`, of which there is at least one.
double getMedian(std::vector<double> &values);

/// The median of the seconds that one run takes, measured for at least `seconds` on pseudo-random inputs, the same in every call.
llvm::Expected<double> measureProgram(Program &program, int threads, double seconds);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_MEASURE_H
