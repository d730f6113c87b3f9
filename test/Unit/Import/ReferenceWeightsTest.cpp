//===- ReferenceWeightsTest.cpp - GPTQ, AWQ and bitsandbytes checkpoints against their libraries ---------===//
//
// reference/weight-only: model.safetensors as the library wrote it, expected.safetensors with the dequantized weights
// [N, K].
//
//===----------------------------------------------------------------------------------------------------===//

#include "TestData.h"
#include "nibble/Numerics/Blocks/Awq.h"
#include "nibble/Numerics/Blocks/BitsAndBytes.h"
#include "nibble/Numerics/Blocks/Gptq.h"
#include "llvm/Support/JSON.h"

using namespace nibble;
using namespace nibble::numerics;

namespace {
class ReferenceWeights : public TestDataTest {
protected:
  /// Calls `decode(model, layer)`, which gives a function of (input, output), for each layer of a folder, and compares
  /// all of its weights with the expected ones.
  template <typename MakeDecoder> void check(llvm::StringRef folder, MakeDecoder makeDecoder) {
    std::optional<TensorFile> model = readFile(("reference/weight-only/" + folder + "/model.safetensors").str());
    std::optional<TensorFile> expected = readFile(("reference/weight-only/" + folder + "/expected.safetensors").str());
    ASSERT_TRUE(model && expected);
    size_t numLayers = 0;
    for (const StoredTensor &weight : expected->getTensors()) {
      llvm::StringRef layer = weight.name;
      if (!layer.consume_back(".weight"))
        continue;
      ++numLayers;
      auto values = getElements<float>(*expected, weight.name);
      size_t numInputs = weight.shape[1];
      auto decode = makeDecoder(*model, layer, numInputs, size_t(weight.shape[0]));
      for (size_t i = 0; i < values.size(); ++i)
        ASSERT_EQ(decode(i % numInputs, i / numInputs), values[i]) << weight.name << " element " << i;
    }
    EXPECT_EQ(numLayers, 4u);
  }
};
} // namespace

static auto makeGptqDecoder(const TensorFile &file, llvm::StringRef layer, size_t, size_t numOutputs) {
  auto words = getElements<uint32_t>(file, (layer + ".qweight").str());
  auto zeros = getElements<uint32_t>(file, (layer + ".qzeros").str());
  auto scales = getElements<uint16_t>(file, (layer + ".scales").str());
  auto groups = getElements<int32_t>(file, (layer + ".g_idx").str());
  return [=](size_t input, size_t output) {
    GptqMatrix matrix = {words.data(), zeros.data(), scales.data(), groups.data(), numOutputs};
    return matrix.decode(input, output);
  };
}

TEST_F(ReferenceWeights, Gptq) {
  for (llvm::StringRef folder : {"gptq-4bit-g128-asym", "gptq-4bit-g128-sym", "gptq-4bit-g32-sym-actorder"})
    check(folder, makeGptqDecoder);
}

TEST_F(ReferenceWeights, Awq) {
  check("awq-4bit-g128", [](const TensorFile &file, llvm::StringRef layer, size_t numInputs, size_t numOutputs) {
    auto words = getElements<uint32_t>(file, (layer + ".qweight").str());
    auto zeros = getElements<uint32_t>(file, (layer + ".qzeros").str());
    auto scales = getElements<uint16_t>(file, (layer + ".scales").str());
    size_t groupSize = numInputs / (scales.size() / numOutputs);
    return [=](size_t input, size_t output) {
      AwqMatrix matrix = {words.data(), zeros.data(), scales.data(), numOutputs, groupSize};
      return matrix.decode(input, output);
    };
  });
}

static float getNestedOffset(const TensorFile &file, const std::string &weight) {
  auto text = getElements<char>(file, weight + ".quant_state.bitsandbytes__nf4");
  auto state = llvm::cantFail(llvm::json::parse(llvm::StringRef(text.data(), text.size())));
  return static_cast<float>(*state.getAsObject()->getNumber("nested_offset"));
}

static std::vector<float> getScales(const TensorFile &file, const std::string &weight) {
  if (!file.findTensor(weight + ".nested_absmax"))
    return getElements<float>(file, weight + ".absmax");
  auto codes = getElements<uint8_t>(file, weight + ".absmax");
  auto table = getElements<float>(file, weight + ".nested_quant_map");
  auto scales = getElements<float>(file, weight + ".nested_absmax");
  NestedScales nested = {codes.data(), table.data(), scales.data(), getNestedOffset(file, weight)};
  std::vector<float> decoded(codes.size());
  for (size_t block = 0; block < codes.size(); ++block)
    decoded[block] = nested.decode(block);
  return decoded;
}

TEST_F(ReferenceWeights, BitsAndBytes) {
  for (llvm::StringRef folder : {"bnb-nf4", "bnb-nf4-double"})
    check(folder, [](const TensorFile &file, llvm::StringRef layer, size_t numInputs, size_t) {
      std::string weight = (layer + ".weight").str();
      auto codes = getElements<uint8_t>(file, weight);
      EXPECT_EQ(getElements<float>(file, weight + ".quant_map"),
                std::vector<float>(std::begin(nf4Values), std::end(nf4Values)));
      std::vector<float> scales = getScales(file, weight);
      return [=](size_t input, size_t output) {
        BitsAndBytesTensor tensor = {codes.data(), nf4Values, scales.data()};
        return tensor.decode(output * numInputs + input);
      };
    });
}
