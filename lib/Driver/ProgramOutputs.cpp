//===- ProgramOutputs.cpp - outputs of a program, for comparing ------------------------------------------------------------------===//

#include "ProgramOutputs.h"
#include "Arrays.h"
#include <cmath>

using namespace nibble;

double Noise::getDecibel() const {
  return error > 0 && signal > 0 ? std::min(noNoise, 10 * std::log10(signal / error)) : noNoise;
}

llvm::Expected<std::vector<data::Array>> nibble::runWide(Program &program, llvm::ArrayRef<data::Array> inputs) {
  llvm::Expected<std::vector<data::Array>> outputs = runOnArrays(program, inputs, 1);
  if (!outputs)
    return outputs;
  for (data::Array &output : *outputs) {
    if (output.type.dtype != NIBBLE_F16 && output.type.dtype != NIBBLE_BF16)
      continue;
    llvm::Expected<data::Array> wide = data::convert(std::move(output), NIBBLE_F32);
    if (!wide)
      return wide.takeError();
    output = std::move(*wide);
  }
  return outputs;
}

bool nibble::isScores(const data::ArraySpec &type) {
  if (type.dtype != NIBBLE_F32 || type.shape.empty() || type.shape.front() == 0)
    return false;
  llvm::ArrayRef<int64_t> sample = llvm::ArrayRef<int64_t>(type.shape).drop_front();
  return llvm::count_if(sample, [](int64_t size) { return size > 1; }) == 1;
}
