//===- Awq.cpp - AWQ's qweight, qzeros and scales ---------------------------------------------------------===//
//
// Numerics/Blocks/Awq.h has the picture. The file has words of eight outputs of one input, in AWQ's order; the codes are
// those nibbles in rows of one output.
//
//===----------------------------------------------------------------------------------------------------===//

#include "GroupedMatrix.h"
#include "nibble/Numerics/Blocks/Awq.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

namespace {
struct AwqTensors {
  const StoredTensor *codes, *zeros, *scales;
};
} // namespace

static std::optional<GroupedMatrix> readExtents(CheckpointReader &reader, const AwqTensors &tensors) {
  if (!reader.expectMatrix(*tensors.scales, floatEncodings))
    return std::nullopt;
  GroupedMatrix matrix = {tensors.scales->shape[1], tensors.codes->shape[0], tensors.scales->shape[0], 0, 4};
  bool fits = reader.expect(*tensors.codes, {"s32"}, {matrix.numInputs, matrix.numOutputs / 8});
  fits &= reader.expect(*tensors.zeros, {"s32"}, {matrix.numGroups, matrix.numOutputs / 8});
  if (fits && matrix.numOutputs % 8 != 0) {
    reader.addProblem(*tensors.scales, "expected a multiple of 8 outputs, got " + Twine(matrix.numOutputs));
    return std::nullopt;
  }
  std::optional<int64_t> size = findGroupSize(reader, *tensors.codes, matrix.numInputs, matrix.numGroups);
  matrix.groupSize = size.value_or(1);
  return fits && size ? std::optional(matrix) : std::nullopt;
}

static StoredWeight readWeight(const GroupedMatrix &matrix, const AwqTensors &tensors, MLIRContext *context) {
  auto words = copyElements<uint32_t>(*tensors.codes), zeros = copyElements<uint32_t>(*tensors.zeros);
  numerics::AwqMatrix numbers = {words.data(), zeros.data(), nullptr, size_t(matrix.numOutputs), size_t(matrix.groupSize)};
  Type scaleType = getFloatType(tensors.scales->encoding.name, context);
  StoredWeight weight;
  weight.scheme = matrix.getScheme(scaleType);
  weight.codes = matrix.packCodes(weight.scheme, {}, [&](int64_t output, int64_t input) {
    return numbers.readCode(numbers.qweight, input, output);
  });
  weight.scales.push_back(copyTransposed(*tensors.scales, scaleType));
  weight.zeroPoint = matrix.makeZeroPoints(
      context, [&](int64_t output, int64_t group) { return numbers.readCode(numbers.qzeros, group, output); });
  return weight;
}

namespace nibble::checkpoint {

void findAwq(CheckpointReader &reader) {
  for (const StoredTensor *tensor : reader.getFreeTensors()) {
    StringRef layer = tensor->name;
    if (!layer.consume_back(".qweight"))
      continue;
    AwqTensors tensors = {reader.take(tensor->name), reader.takeBeside(*tensor, layer + ".qzeros"),
                          reader.take(layer + ".scales")};
    StringRef version = reader.getConfiguration(*tensor).awqVersion;
    if (version != "gemm") {
      reader.addProblem(*tensor, "AWQ's version '" + version + "' is not supported, only gemm is");
      continue;
    }
    std::optional<GroupedMatrix> matrix = tensors.zeros ? readExtents(reader, tensors) : std::nullopt;
    MLIRContext *context = reader.getContext();
    if (matrix)
      reader.addWeight({(layer + ".weight").str(), matrix->getShape(), /*isQuantized=*/true,
                        [=]() -> llvm::Expected<StoredWeight> { return readWeight(*matrix, tensors, context); }});
  }
}

} // namespace nibble::checkpoint
