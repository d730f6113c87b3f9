//===- CompressedTensors.cpp - weights of compressed-tensors ----------------------------------------------===//
//
// Source: compressed-tensors (src/compressed_tensors/compressors/quantized_compressors). A matrix of N outputs and K
// inputs, whose scales have one element for each block:
//
//     pack-quantized          weight_packed      s32 [N, K * bits / 32]   words of codes + 2^(bits - 1), low first
//                             weight_scale       [N, groups]
//                             weight_zero_point  s32 [N * bits / 32, groups]   packed likewise along the outputs
//                             weight_shape       s64 [2]                  N, K
//                             weight_g_idx       s32 [K]                  the group of an input; -1 for no order
//     int-, float-quantized   weight             s8 or f8E4M3FN [N, K]
//                             weight_scale       [] or [1] for the matrix, else [N / n, K / k] for blocks of n x k
//                             weight_zero_point  s8, of the shape of the scales
//
// Packed codes are u<bits> here, the bytes of the file; those of 8 bits keep their type.
//
//===----------------------------------------------------------------------------------------------------===//

#include "GroupedMatrix.h"
#include "nibble/Numerics/Packing.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

//===----------------------------------------------------------------------------------------------------===//
// pack-quantized
//===----------------------------------------------------------------------------------------------------===//

namespace {
/// The tensors of one packed matrix; `zeros` and `groups` may be null.
struct PackedTensors {
  const StoredTensor *codes, *scales, *zeros, *groups;
};
} // namespace

/// The bits for which rows of `numInputs` codes take so many words; 0 for none.
static unsigned findNumBits(int64_t numInputs, int64_t numWords) {
  for (unsigned numBits : {4u, 8u, 2u})
    if (llvm::divideCeil(numInputs, 32 / numBits) == static_cast<uint64_t>(numWords))
      return numBits;
  return 0;
}

static std::optional<GroupedMatrix> readExtents(CheckpointReader &reader, const PackedTensors &tensors,
                                                const StoredTensor &shapeTensor) {
  if (!reader.expectMatrix(*tensors.codes, {"s32"}) || !reader.expectMatrix(*tensors.scales, floatEncodings) ||
      !reader.expect(shapeTensor, {"s64"}, {2}))
    return std::nullopt;
  auto shape = copyElements<int64_t>(shapeTensor);
  GroupedMatrix matrix = {shape[0], shape[1], tensors.scales->shape[1], 0, 0};
  constexpr int64_t maxSize = int64_t(1) << 30; // so that sizes in bits fit
  bool isPossible = shape[0] > 0 && shape[1] > 0 && shape[0] <= maxSize && shape[1] <= maxSize;
  matrix.numBits = isPossible ? findNumBits(shape[1], tensors.codes->shape[1]) : 0;
  if (matrix.numBits == 0) {
    reader.addProblem(*tensors.codes, "expected words of codes of 2, 4 or 8 bits for the shape in '" + shapeTensor.name + "'");
    return std::nullopt;
  }
  int64_t perWord = 32 / matrix.numBits;
  bool fits = reader.expect(*tensors.codes, {"s32"}, {matrix.numOutputs, tensors.codes->shape[1]});
  fits &= reader.expect(*tensors.scales, {tensors.scales->encoding.name}, {matrix.numOutputs, matrix.numGroups});
  if (tensors.zeros)
    fits &= reader.expect(*tensors.zeros, {"s32"}, {int64_t(llvm::divideCeil(matrix.numOutputs, perWord)), matrix.numGroups});
  if (tensors.groups)
    fits &= reader.expect(*tensors.groups, {"s32", "s64"}, {matrix.numInputs});
  std::optional<int64_t> size = findGroupSize(reader, *tensors.codes, matrix.numInputs, matrix.numGroups);
  matrix.groupSize = size.value_or(1);
  return fits && size ? std::optional(matrix) : std::nullopt;
}

/// The order of the inputs that `groups` asks for.
static llvm::Expected<SmallVector<int64_t>> readColumns(const StoredTensor *groups, int64_t groupSize) {
  if (!groups)
    return SmallVector<int64_t>();
  std::vector<int32_t> numbers;
  if (groups->encoding.name == "s32")
    numbers = copyElements<int32_t>(*groups);
  else
    for (int64_t number : copyElements<int64_t>(*groups))
      numbers.push_back(static_cast<int32_t>(number));
  if (llvm::all_of(numbers, [](int32_t number) { return number == -1; }))
    return SmallVector<int64_t>();
  auto columns = orderByGroup(numbers, groupSize);
  if (!columns)
    return llvm::createStringError("tensor '" + groups->name + "': " + llvm::toString(columns.takeError()));
  return columns;
}

/// The middle code where the matrix has no zero points.
static reference::Tensor readZeroPoints(const GroupedMatrix &matrix, const StoredTensor *zeros, MLIRContext *context) {
  auto words = zeros ? copyElements<uint32_t>(*zeros) : std::vector<uint32_t>();
  unsigned numBits = matrix.numBits, perWord = 32 / numBits;
  return matrix.makeZeroPoints(context, [&](int64_t output, int64_t group) {
    if (words.empty())
      return 1u << (numBits - 1);
    return words[output / perWord * matrix.numGroups + group] >> (output % perWord * numBits) & ((1u << numBits) - 1);
  });
}

static llvm::Expected<StoredWeight> readPacked(const GroupedMatrix &matrix, const PackedTensors &tensors,
                                               MLIRContext *context) {
  StoredWeight weight;
  if (llvm::Error error = readColumns(tensors.groups, matrix.groupSize).moveInto(weight.columns))
    return std::move(error);
  Type scaleType = getFloatType(tensors.scales->encoding.name, context);
  weight.scheme = matrix.getScheme(scaleType);
  // Rows of words; their last one may have bits that no code has.
  const uint8_t *bytes = tensors.codes->bytes.data();
  int64_t bytesOfRow = tensors.codes->shape[1] * 4;
  weight.codes = matrix.packCodes(weight.scheme, weight.columns, [&](int64_t output, int64_t input) {
    int64_t bit = input * matrix.numBits;
    return uint32_t(bytes[output * bytesOfRow + bit / 8] >> bit % 8) & ((1u << matrix.numBits) - 1);
  });
  weight.scales.push_back(copyTensor(*tensors.scales, scaleType, tensors.scales->shape));
  weight.zeroPoint = readZeroPoints(matrix, tensors.zeros, context);
  return weight;
}

static void addPacked(CheckpointReader &reader, StringRef name, const StoredTensor &codes) {
  PackedTensors tensors = {&codes, reader.takeBeside(codes, name + "_scale"), reader.take(name + "_zero_point"),
                           reader.take(name + "_g_idx")};
  const StoredTensor *shape = reader.takeBeside(codes, name + "_shape");
  if (!tensors.scales || !shape)
    return;
  std::optional<GroupedMatrix> matrix = readExtents(reader, tensors, *shape);
  MLIRContext *context = reader.getContext();
  if (matrix)
    reader.addWeight({name.str(), matrix->getShape(), /*isQuantized=*/true,
                      [=] { return readPacked(*matrix, tensors, context); }});
}

//===----------------------------------------------------------------------------------------------------===//
// int-quantized, float-quantized
//===----------------------------------------------------------------------------------------------------===//

namespace {
/// The tensors of one matrix of 8-bit codes; `zeros` may be null.
struct ByteTensors {
  const StoredTensor *codes, *scales, *zeros;
};
} // namespace

/// The blocks of a matrix with scales of that shape; nothing when they do not divide it.
static std::optional<SmallVector<int64_t>> findBlock(ArrayRef<int64_t> shape, ArrayRef<int64_t> scales) {
  if (llvm::product_of(scales) == 1)
    return SmallVector<int64_t>();
  if (scales.size() != 2 || llvm::is_contained(scales, 0))
    return std::nullopt;
  SmallVector<int64_t> block;
  for (auto [size, count] : llvm::zip_equal(shape, scales)) {
    if (size % count != 0)
      return std::nullopt;
    block.push_back(count == 1 ? 0 : size / count);
  }
  return block;
}

static StoredWeight readBytes(const ByteTensors &tensors, ArrayRef<int64_t> block, MLIRContext *context) {
  Type scaleType = getFloatType(tensors.scales->encoding.name, context);
  ZeroPointKind kind = tensors.zeros ? ZeroPointKind::Integer : ZeroPointKind::None;
  StoredWeight weight;
  weight.scheme = SchemeAttr::get(context, tensors.codes->encoding.name, /*narrowRange=*/false, block, scaleType, kind,
                                  RoundingMode::HalfToEven);
  weight.codes = copyTensor(*tensors.codes, weight.scheme.getStorageElementType(), tensors.codes->shape);
  SmallVector<int64_t> paramShape = weight.scheme.getScaleShape(tensors.codes->shape);
  weight.scales.push_back(copyTensor(*tensors.scales, scaleType, paramShape));
  if (tensors.zeros) {
    weight.zeroPoint = *reference::Tensor::create(IntegerType::get(context, 32), paramShape);
    llvm::copy(copyElements<int8_t>(*tensors.zeros), weight.zeroPoint->getMutableElements<int32_t>().begin());
  }
  return weight;
}

static void addBytes(CheckpointReader &reader, const StoredTensor &codes) {
  StringRef name = codes.name;
  ByteTensors tensors = {&codes, reader.takeBeside(codes, name + "_scale"), reader.take(name + "_zero_point")};
  if (!tensors.scales || !reader.expectMatrix(codes, {codes.encoding.name}))
    return;
  std::optional<SmallVector<int64_t>> block = findBlock(codes.shape, tensors.scales->shape);
  if (!block)
    return reader.addProblem(*tensors.scales, "its shape does not divide that of '" + name + "' into blocks");
  if (!reader.expect(*tensors.scales, floatEncodings, tensors.scales->shape) ||
      (tensors.zeros && !reader.expect(*tensors.zeros, {"s8"}, tensors.scales->shape)))
    return;
  if (tensors.zeros && codes.encoding.name != "s8")
    return reader.addProblem(*tensors.zeros, "expected no zero points of codes of " + codes.encoding.name);
  MLIRContext *context = reader.getContext();
  reader.addWeight({codes.name, codes.shape, /*isQuantized=*/true,
                    [=, block = *block]() -> llvm::Expected<StoredWeight> { return readBytes(tensors, block, context); }});
}

namespace nibble::checkpoint {

void findCompressedTensors(CheckpointReader &reader) {
  for (const StoredTensor *tensor : reader.getFreeTensors()) {
    StringRef name = tensor->name, encoding = tensor->encoding.name;
    bool isByte = encoding == "s8" || encoding == "f8E4M3FN" || encoding == "f8E5M2";
    if (name.ends_with(".weight") && isByte)
      addBytes(reader, *reader.take(tensor->name));
    else if (name.consume_back("_packed") && name.ends_with(".weight"))
      addPacked(reader, name, *reader.take(tensor->name));
  }
}

} // namespace nibble::checkpoint
