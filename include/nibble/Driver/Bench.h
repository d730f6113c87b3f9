//===- Bench.h - time a compiled library -------------------------------------------------------------------------------===//

#ifndef NIBBLE_DRIVER_BENCH_H
#define NIBBLE_DRIVER_BENCH_H

#include "llvm/Support/Error.h"
#include <string>
#include <vector>

namespace nibble {

struct BenchOptions {
  std::string library;
  /// Name of the case in the output; empty: the name of the program.
  std::string caseName;
  /// Numbers of threads, measured in turn; empty: 1.
  std::vector<int> threads;
  /// How long to measure for each number of threads.
  double seconds = 1;
  /// One JSON object a line: {"case": …, "threads": …, "seconds": median of one run}.
  bool json = false;
};

/// `nibble bench`. Inputs are pseudo-random; the same in every run.
llvm::Error benchProgram(const BenchOptions &options);

} // namespace nibble

#endif // NIBBLE_DRIVER_BENCH_H
