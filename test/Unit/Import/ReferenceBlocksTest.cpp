//===- ReferenceBlocksTest.cpp - block formats against the bytes of ggml's reference code ----------------===//
//
// reference/ggml-quants: `source` in f32, `quant.<type>` as ggml quantized it, `dequant.<type>` as ggml read that back.
//
//===----------------------------------------------------------------------------------------------------===//

#include "TestData.h"
#include "nibble/Numerics/BlockFormats.h"

using namespace nibble;

namespace {
class ReferenceBlocks : public TestDataTest, public testing::WithParamInterface<const char *> {};
} // namespace

/// The formats of the registry that the files have.
static std::vector<const numerics::BlockFormat *> findFormats(const TensorFile &file) {
  std::vector<const numerics::BlockFormat *> formats;
  for (const numerics::BlockFormat &format : numerics::blockFormats)
    if (file.findTensor(("quant." + llvm::StringRef(format.name)).str()))
      formats.push_back(&format);
  return formats;
}

TEST_P(ReferenceBlocks, DecodeBitForBit) { // (S19)
  std::optional<TensorFile> file = readFile(GetParam());
  ASSERT_TRUE(file);
  EXPECT_EQ(findFormats(*file).size(), 18u);
  for (const numerics::BlockFormat *format : findFormats(*file)) {
    const StoredTensor &quantized = *file->findTensor(("quant." + llvm::StringRef(format->name)).str());
    EXPECT_EQ(quantized.encoding.name.str(), format->name);
    auto expected = getElements<uint32_t>(*file, ("dequant." + llvm::StringRef(format->name)).str());
    std::vector<float> values(format->numElements);
    for (size_t element = 0; element < expected.size(); ++element) {
      size_t block = element / format->numElements, place = element % format->numElements;
      if (place == 0)
        format->decode(quantized.bytes.data() + block * format->numBytes, values.data());
      ASSERT_EQ(numerics::floatToBits(values[place]), expected[element]) << format->name << " element " << element;
    }
  }
}

TEST_P(ReferenceBlocks, EncodeBitForBit) { // (S20)
  std::optional<TensorFile> file = readFile(GetParam());
  ASSERT_TRUE(file);
  auto source = getElements<float>(*file, "source");
  size_t numEncoded = 0;
  for (const numerics::BlockFormat *format : findFormats(*file)) {
    if (!format->encode)
      continue;
    ++numEncoded;
    const StoredTensor &quantized = *file->findTensor(("quant." + llvm::StringRef(format->name)).str());
    std::vector<uint8_t> bytes(format->numBytes);
    for (size_t block = 0; block < source.size() / format->numElements; ++block) {
      format->encode(source.data() + block * format->numElements, bytes.data());
      ASSERT_EQ(llvm::toHex(bytes), llvm::toHex(quantized.bytes.slice(block * format->numBytes, format->numBytes)))
          << format->name << " block " << block;
    }
  }
  EXPECT_EQ(numEncoded, 10u); // f16 bf16 q4_0 q4_1 q5_0 q5_1 q8_0 tq1_0 tq2_0 mxfp4
}

INSTANTIATE_TEST_SUITE_P(Files, ReferenceBlocks,
                         testing::Values("reference/ggml-quants/ad01_dense_rows512.gguf",
                                         "reference/ggml-quants/mobilenet_logits_rows256.gguf"));
