//===- ProgramOutputs.h - outputs of a program, for comparing --------------------------------------------------------------------===//

#ifndef NIBBLE_LIB_DRIVER_PROGRAMOUTPUTS_H
#define NIBBLE_LIB_DRIVER_PROGRAMOUTPUTS_H

#include "nibble/Data/Array.h"
#include "nibble/Execution/Program.h"

namespace nibble {

/// Energy of a signal and of its error.
struct Noise {
  double signal = 0, error = 0;

  void add(double exact, double approximate) {
    signal += exact * exact;
    error += (exact - approximate) * (exact - approximate);
  }
  /// The ratio in dB; `noNoise` when there is no error at all, or no signal.
  double getDecibel() const;
  static constexpr double noNoise = 200;
};

/// What a program makes of one batch, floats of 16 bits as those of 32.
llvm::Expected<std::vector<data::Array>> runWide(Program &program, llvm::ArrayRef<data::Array> inputs);

/// Whether an output holds one list of scores for each sample, not an image.
bool isScores(const data::ArraySpec &type);

} // namespace nibble

#endif // NIBBLE_LIB_DRIVER_PROGRAMOUTPUTS_H
