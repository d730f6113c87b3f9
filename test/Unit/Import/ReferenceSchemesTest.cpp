//===- ReferenceSchemesTest.cpp - block formats as schemes, against ggml's reference code -----------------===//
//
// (S43): what a scheme can say of a block format equals its decoding bit for bit. Codes, scales and minima are taken out of ggml's bytes and
// stored as the scheme says; minima that ggml has as a product are that product in f32.
//
//===----------------------------------------------------------------------------------------------------===//

#include "TestData.h"
#include "nibble/Dialect/Nibble/IR/NibbleDialect.h"
#include "nibble/Dialect/Nibble/IR/SchemeCodec.h"
#include "nibble/Numerics/BlockFormats.h"
#include "nibble/Reference/Encoding.h"
#include "mlir/AsmParser/AsmParser.h"

using namespace nibble;
using namespace nibble::numerics;
using reference::Tensor;

//===----------------------------------------------------------------------------------------------------===//
// Formats
//===----------------------------------------------------------------------------------------------------===//

namespace {

/// What blocks keep, one after another; parameters as the bits that the scheme stores.
struct Parts {
  std::vector<int32_t> codes;
  std::vector<uint32_t> scales, outerScales, minima;
};

struct Spelling {
  const char *format, *scheme;
  void (*append)(const uint8_t *block, Parts &parts);
};

} // namespace

/// q4_0 to q5_1: where `low` begins, and what is subtracted from the codes.
static void appendSplit(const uint8_t *block, const uint8_t *high, const uint8_t *low, int32_t zero, Parts &parts) {
  for (int i = 0; i < 32; ++i)
    parts.codes.push_back(static_cast<int32_t>(readSplitCode(low, high, i)) - zero);
  parts.scales.push_back(loadU16(block));
}

static void appendIq4(const uint8_t *codes, Parts &parts) {
  for (size_t i = 0; i < 32; ++i)
    parts.codes.push_back(static_cast<int32_t>(readBits(codes, halfSplitPlace(i, 32), 4)));
}

static void appendMinimum(const uint8_t *dmin, int32_t minimum, Parts &parts) {
  parts.minima.push_back(floatToBits(-(loadHalf(dmin) * static_cast<float>(minimum))));
}

template <unsigned numBits> static void appendKAffine(const uint8_t *block, Parts &parts) {
  const uint8_t *high = block + 16, *low = block + 16 + GgmlKAffine<numBits>::numHighBytes;
  for (int i = 0; i < 256; ++i)
    parts.codes.push_back(readPlane4(low, i, 32) | (numBits == 5 ? readPlane1(high, i) << 4 : 0));
  parts.outerScales.push_back(floatToBits(loadHalf(block)));
  for (int s = 0; s < 8; ++s) {
    ScaleAndMinimum both = readScaleAndMinimum(block + 4, s);
    parts.scales.push_back(static_cast<uint32_t>(both.scale));
    appendMinimum(block + 2, both.minimum, parts);
  }
}

static const Spelling spellings[] = {
    {"f16", "f16, block = [1, 0]", [](const uint8_t *block, Parts &parts) { parts.codes.push_back(loadU16(block)); }},
    {"bf16", "bf16, block = [1, 0]", [](const uint8_t *block, Parts &parts) { parts.codes.push_back(loadU16(block)); }},
    {"q4_0", "s4, block = [1, 32], scale = [f16]",
     [](const uint8_t *block, Parts &parts) { appendSplit(block, nullptr, block + 2, 8, parts); }},
    {"q5_0", "s5, block = [1, 32], scale = [f16]",
     [](const uint8_t *block, Parts &parts) { appendSplit(block, block + 2, block + 6, 16, parts); }},
    {"q4_1", "u4, block = [1, 32], scale = [f16], zero_point = minimum",
     [](const uint8_t *block, Parts &parts) {
       appendSplit(block, nullptr, block + 4, 0, parts);
       parts.minima.push_back(loadU16(block + 2));
     }},
    {"q5_1", "u5, block = [1, 32], scale = [f16], zero_point = minimum",
     [](const uint8_t *block, Parts &parts) {
       appendSplit(block, block + 4, block + 8, 0, parts);
       parts.minima.push_back(loadU16(block + 2));
     }},
    {"q8_0", "s8, block = [1, 32], scale = [f16]",
     [](const uint8_t *block, Parts &parts) {
       for (int i = 0; i < 32; ++i)
         parts.codes.push_back(signExtend(block[2 + i], 8));
       parts.scales.push_back(loadU16(block));
     }},
    {"q2_K", "u2, block = [1, 16], scale = [i8, f32], outer_block = [1, 256], zero_point = minimum",
     [](const uint8_t *block, Parts &parts) {
       for (int i = 0; i < 256; ++i)
         parts.codes.push_back(readPlane2(block + 16, i));
       parts.outerScales.push_back(floatToBits(loadHalf(block + 80)));
       for (int s = 0; s < 16; ++s) {
         parts.scales.push_back(block[s] & 15u);
         appendMinimum(block + 82, block[s] >> 4, parts);
       }
     }},
    {"q3_K", "s3, block = [1, 16], scale = [i8, f16], outer_block = [1, 256]",
     [](const uint8_t *block, Parts &parts) {
       for (int i = 0; i < 256; ++i)
         parts.codes.push_back((readPlane2(block + 32, i) | readPlane1(block, i) << 2) - 4);
       parts.outerScales.push_back(loadU16(block + 108));
       for (int s = 0; s < 16; ++s)
         parts.scales.push_back(static_cast<uint32_t>(Q3_K::readScale(block + 96, s) - 32));
     }},
    {"q4_K", "u4, block = [1, 32], scale = [i8, f32], outer_block = [1, 256], zero_point = minimum", appendKAffine<4>},
    {"q5_K", "u5, block = [1, 32], scale = [i8, f32], outer_block = [1, 256], zero_point = minimum", appendKAffine<5>},
    {"q6_K", "s6, block = [1, 16], scale = [i8, f16], outer_block = [1, 256]",
     [](const uint8_t *block, Parts &parts) {
       for (int i = 0; i < 256; ++i)
         parts.codes.push_back((readPlane4(block, i, 64) | readPlane2(block + 128, i) << 4) - 32);
       parts.outerScales.push_back(loadU16(block + 208));
       for (int s = 0; s < 16; ++s)
         parts.scales.push_back(block[192 + s]);
     }},
    {"iq4_nl", "iq4_nl, block = [1, 32], scale = [f16]",
     [](const uint8_t *block, Parts &parts) {
       appendIq4(block + 2, parts);
       parts.scales.push_back(loadU16(block));
     }},
    {"iq4_xs", "iq4_nl, block = [1, 32], scale = [i8, f16], outer_block = [1, 256]",
     [](const uint8_t *block, Parts &parts) {
       parts.outerScales.push_back(loadU16(block));
       for (size_t s = 0; s < 8; ++s) {
         appendIq4(block + 8 + 16 * s, parts);
         parts.scales.push_back((readBits(block + 4, s, 4) | readBits(block + 2, s, 2) << 4) - 32);
       }
     }},
    {"tq1_0", "u2, table = [-1.0, 0.0, 1.0], radix = 3, block = [1, 256], scale = [f16]",
     [](const uint8_t *block, Parts &parts) {
       constexpr unsigned powers[] = {1, 3, 9, 27, 81};
       for (const TQ1_0::Run &run : TQ1_0::runs) // in the order of the elements
         for (int n = 0; n < run.numCodes; ++n)
           for (int m = 0; m < run.numBytes; ++m)
             parts.codes.push_back(static_cast<uint8_t>(block[run.firstByte + m] * powers[n]) * 3 >> 8);
       parts.scales.push_back(loadU16(block + 52));
     }},
    {"tq2_0", "u2, table = [-1.0, 0.0, 1.0], block = [1, 256], scale = [f16]",
     [](const uint8_t *block, Parts &parts) {
       for (int i = 0; i < 256; ++i)
         parts.codes.push_back(readPlane2(block, i));
       parts.scales.push_back(loadU16(block + 64));
     }},
    {"mxfp4", "f4E2M1FN, block = [1, 32], scale = [f8E8M0FNU]",
     [](const uint8_t *block, Parts &parts) {
       for (size_t i = 0; i < 32; ++i) {
         uint32_t code = readBits(block + 1, halfSplitPlace(i, 32), 4);
         parts.codes.push_back(code == 8 ? 0 : static_cast<int32_t>(code)); // ggml knows no -0
       }
       parts.scales.push_back(block[0]);
     }},
};

//===----------------------------------------------------------------------------------------------------===//
// Schemes
//===----------------------------------------------------------------------------------------------------===//

static Tensor makeTensor(mlir::Type type, llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<uint32_t> elements) {
  Tensor tensor = *Tensor::create(type, shape);
  EXPECT_EQ(tensor.getNumElements(), static_cast<int64_t>(elements.size()));
  int64_t size = reference::getSizeInBytes(tensor.getKind());
  for (auto [index, bits] : llvm::enumerate(elements))
    std::memcpy(tensor.getMutableData() + index * size, &bits, size);
  return tensor;
}

static std::vector<uint32_t> dequantize(mlir::MLIRContext &context, const Spelling &spelling, const Parts &parts) {
  auto scheme = llvm::cast<SchemeAttr>(mlir::parseAttribute(("#nibble.scheme<" + llvm::StringRef(spelling.scheme) + ">").str(), &context));
  llvm::SmallVector<int64_t> shape = {1, static_cast<int64_t>(parts.codes.size())};
  Tensor codes = *Tensor::create(scheme.getStorageElementType(), scheme.getStorageShape(shape));
  std::memset(codes.getMutableData(), 0, codes.getSizeInBytes());
  SchemeStorage storage(scheme, shape);
  for (auto [element, code] : llvm::enumerate(parts.codes))
    storage.write(codes.getMutableData(), element, code);
  bool hasNoScale = parts.scales.empty();
  std::vector<uint32_t> scales = hasNoScale ? std::vector<uint32_t>{floatToBits(1.0f)} : parts.scales;
  reference::StoredParameters parameters;
  parameters.scales.push_back(makeTensor(scheme.getScaleElementType(0), scheme.getScaleShape(shape), scales));
  if (scheme.getNumScaleLevels() == 2)
    parameters.scales.push_back(makeTensor(scheme.getScaleElementType(1), scheme.getScaleShape(shape, 1), parts.outerScales));
  if (mlir::Type type = scheme.getZeroPointElementType())
    parameters.zeroPoint = makeTensor(type, scheme.getScaleShape(shape), parts.minima);
  mlir::OwningOpRef<mlir::ModuleOp> module = mlir::ModuleOp::create(mlir::UnknownLoc::get(&context));
  auto type = mlir::RankedTensorType::get(shape, mlir::Float32Type::get(&context));
  Tensor numbers = *reference::decode(*module, scheme, codes, parameters, type);
  return numbers.getElements<uint32_t>().vec();
}

namespace {
class ReferenceSchemes : public TestDataTest, public testing::WithParamInterface<const char *> {};
} // namespace

TEST_P(ReferenceSchemes, DequantizeBitForBit) { // (S43)
  std::optional<TensorFile> file = readFile(GetParam());
  ASSERT_TRUE(file);
  mlir::MLIRContext context;
  context.loadDialect<NibbleDialect>();
  for (const Spelling &spelling : spellings) {
    const BlockFormat *format = llvm::find_if(blockFormats, [&](const BlockFormat &known) { return llvm::StringRef(known.name) == spelling.format; });
    const StoredTensor *quantized = file->findTensor(("quant." + llvm::StringRef(spelling.format)).str());
    ASSERT_TRUE(quantized) << spelling.format;
    Parts parts;
    for (size_t offset = 0; offset < quantized->bytes.size(); offset += format->numBytes)
      spelling.append(quantized->bytes.data() + offset, parts);
    EXPECT_EQ(dequantize(context, spelling, parts), getElements<uint32_t>(*file, ("dequant." + llvm::StringRef(spelling.format)).str()))
        << spelling.format;
  }
}

INSTANTIATE_TEST_SUITE_P(Files, ReferenceSchemes,
                         testing::Values("reference/ggml-quants/ad01_dense_rows512.gguf",
                                         "reference/ggml-quants/mobilenet_logits_rows256.gguf"));
