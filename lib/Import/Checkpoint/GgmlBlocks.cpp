//===- GgmlBlocks.cpp - the block formats of GGUF ---------------------------------------------------------===//
//
// Numerics/Blocks/Ggml.h has the pictures. Codes of a block of 32 are taken out of it into rows, in the order of their
// elements; those of q4_0 and q5_0 less their middle, as the presets of these names have them.
//
//===----------------------------------------------------------------------------------------------------===//

#include "CheckpointReader.h"
#include "nibble/Numerics/Blocks/Ggml.h"
#include "llvm/ADT/STLExtras.h"

using namespace mlir;
using namespace nibble;
using namespace nibble::checkpoint;

namespace {
/// A format of 32 elements: [scale f16][minimum f16][fifth bits 4][codes].
struct BlockFormat {
  StringLiteral name, codec;
  unsigned numBits;
  bool hasMinimum;

  static constexpr int64_t numElements = 32;

  int64_t getCodesOffset() const { return 2 + (hasMinimum ? 2 : 0) + (numBits == 5 ? 4 : 0); }
  int64_t getNumBytes() const { return getCodesOffset() + (numBits == 8 ? 32 : 16); }

  uint32_t readCode(const uint8_t *block, int element) const {
    const uint8_t *codes = block + getCodesOffset();
    if (numBits == 8)
      return codes[element];
    uint32_t code = numerics::readSplitCode(codes, numBits == 5 ? codes - 4 : nullptr, element);
    // value = code - 2^(bits - 1) is the code of two's complement with the sign's bit flipped.
    return codec.starts_with("s") ? code ^ 1u << (numBits - 1) : code;
  }
};
} // namespace

static constexpr BlockFormat formats[] = {{"q4_0", "s4", 4, false}, {"q4_1", "u4", 4, true},
                                          {"q5_0", "s5", 5, false}, {"q5_1", "u5", 5, true},
                                          {"q8_0", "s8", 8, false}, {"iq4_nl", "iq4_nl", 4, false}};

/// The f16 at `offset` of each block.
static reference::Tensor readParameters(const StoredTensor &tensor, ArrayRef<int64_t> shape, int64_t offset, Type type) {
  reference::Tensor parameters = *reference::Tensor::create(type, shape);
  for (auto [index, bits] : llvm::enumerate(parameters.getMutableElements<uint16_t>()))
    bits = numerics::loadU16(tensor.bytes.data() + index * tensor.encoding.numBytes + offset);
  return parameters;
}

static StoredWeight readWeight(const StoredTensor &tensor, const BlockFormat &format, MLIRContext *context) {
  SmallVector<int64_t> block(tensor.shape.size(), 1);
  block.back() = BlockFormat::numElements;
  Type half = Float16Type::get(context);
  StoredWeight weight;
  weight.scheme = SchemeAttr::get(context, format.codec, /*narrowRange=*/false, block, half,
                                  format.hasMinimum ? ZeroPointKind::Minimum : ZeroPointKind::None, RoundingMode::HalfToEven);
  weight.codes = *reference::Tensor::create(weight.scheme.getStorageElementType(), weight.scheme.getStorageShape(tensor.shape));
  // Blocks of 32 codes are whole bytes, so that rows follow each other without a gap.
  CodeWriter writer(weight.codes.getMutableData(), format.numBits);
  for (const uint8_t *at = tensor.bytes.begin(); at != tensor.bytes.end(); at += format.getNumBytes())
    for (int element = 0; element < BlockFormat::numElements; ++element)
      writer.put(format.readCode(at, element));
  SmallVector<int64_t> paramShape = weight.scheme.getScaleShape(tensor.shape);
  weight.scales.push_back(readParameters(tensor, paramShape, 0, half));
  if (format.hasMinimum)
    weight.zeroPoint = readParameters(tensor, paramShape, 2, half);
  return weight;
}

namespace nibble::checkpoint {

/// Encodings whose elements share bytes; those that have no scheme here stay for PlainTensors, which refuses them.
void findGgmlBlocks(CheckpointReader &reader) {
  for (const StoredTensor *tensor : reader.getFreeTensors()) {
    const auto *format = llvm::find_if(formats, [&](const BlockFormat &format) { return format.name == tensor->encoding.name; });
    if (format == std::end(formats) || tensor->getNumElements() == 0)
      continue;
    reader.take(tensor->name);
    MLIRContext *context = reader.getContext();
    reader.addWeight({tensor->name, tensor->shape, /*isQuantized=*/true,
                      [=]() -> llvm::Expected<StoredWeight> { return readWeight(*tensor, *format, context); }});
  }
}

} // namespace nibble::checkpoint
