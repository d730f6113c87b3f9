//===- SafetensorsTest.cpp - safetensors files: what is in them, and every way to be wrong ---------------===//

#include "ReadContent.h"
#include "llvm/ADT/StringExtras.h"
#include "gtest/gtest.h"

using namespace nibble;

static std::string makeFile(llvm::StringRef header, llvm::StringRef data = "") {
  uint64_t size = header.size();
  return std::string(reinterpret_cast<const char *>(&size), 8) + (header + data).str();
}

static std::string getError(llvm::StringRef header, llvm::StringRef data = "") {
  return getReadError(makeFile(header, data), "safetensors");
}

static constexpr llvm::StringLiteral twoTensors = R"({"__metadata__": {"format": "pt", "a": "é"},
  "w": {"dtype": "F4", "shape": [2, 4], "data_offsets": [2, 6]},
  "b": {"dtype": "F16", "shape": [], "data_offsets": [0, 2]}, "none": {"dtype": "I64", "shape": [0], "data_offsets": [2, 2]}}  )";

TEST(Safetensors, ReadsTensorsAndMetadata) {
  TensorFile file = llvm::cantFail(readContent(makeFile(twoTensors, "bbwwww"), "safetensors"));
  EXPECT_EQ(file.getFormat(), "safetensors");
  ASSERT_EQ(file.getTensors().size(), 3u);
  EXPECT_EQ(file.getTensors()[0].name, "b"); // in the order of the data
  EXPECT_EQ(file.getTensors()[1].name, "none");
  const StoredTensor &w = file.getTensors()[2];
  EXPECT_EQ(w.encoding.name, "f4E2M1FN");
  EXPECT_EQ(w.shape, (llvm::SmallVector<int64_t, 4>{2, 4}));
  EXPECT_EQ(llvm::toStringRef(w.bytes), "wwww");
  EXPECT_EQ(w.offset, 8 + twoTensors.size() + 2);
  ASSERT_EQ(file.getMetadata().size(), 2u);
  EXPECT_EQ(file.getMetadata()[0].key, "a");
  EXPECT_EQ(std::get<llvm::StringRef>(*file.findMetadata("a")), "é");
}

TEST(Safetensors, EveryDtype){
#define NIBBLE_SAFETENSORS_TYPE(dtype, encodingName, numElements, numBytes)                                            \
  {                                                                                                                    \
    std::string header = "{\"x\": {\"dtype\": \"" #dtype "\", \"shape\": [" + std::to_string(3 * numElements) +        \
                         "], \"data_offsets\": [0, " + std::to_string(3 * numBytes) + "]}}";                           \
    TensorFile file = llvm::cantFail(readContent(makeFile(header, std::string(3 * numBytes, 'x')), "safetensors"));    \
    EXPECT_EQ(file.getTensors()[0].encoding.name, #encodingName);                                                      \
  }
#include "../../../lib/Import/Safetensors/ElementTypes.def"
}

TEST(Safetensors, SaysWhatIsWrongInTheHeader) {
  EXPECT_EQ(getReadError("1234567", "safetensors"), "not a safetensors file: expected at least 8 bytes, got 7");
  EXPECT_EQ(getReadError("\xff\xff\xff\xff\xff\xff\xff\xff{}", "safetensors"),
            "expected a header of 18446744073709551615 bytes, got 2");
  EXPECT_EQ(getError("[]"), "byte 8: expected '{' at the beginning of the header");
  EXPECT_EQ(getError("{"), "the header: [1:1, byte=1]: Expected object key");
  EXPECT_EQ(getError("{\"a\": " + std::string(100000, '[')), "byte 16: the header nests deeper than 3");
  EXPECT_EQ(getError(R"({"__metadata__": 1})"), "'__metadata__': expected an object");
  EXPECT_EQ(getError(R"({"__metadata__": {"k": 1}})"), "'__metadata__': expected a string for 'k'");
}

TEST(Safetensors, SaysWhatIsThereTwice) {
  EXPECT_EQ(getError(R"({"a": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}, "a": 1})"),
            "byte 72: 'a' is there twice");
  EXPECT_EQ(getError(R"({"a": {"dtype": "U8", "dtype": "I8", "shape": [0], "data_offsets": [0, 0]}})"),
            "byte 37: 'dtype' is there twice");
  // A quote within a name ends nothing.
  EXPECT_EQ(getError(R"({"a\":": {"dtype": "U8", "shape": [0], "data_offsets": [0, 0]}})"), "");
}

TEST(Safetensors, SaysWhatIsWrongInTensors) {
  auto inTensor = [](llvm::StringRef members, llvm::StringRef data = "1234") {
    return getError(("{\"x\": {" + members + "}}").str(), data);
  };
  EXPECT_EQ(getError(R"({"x": 1})"), "tensor 'x': expected an object");
  constexpr llvm::StringLiteral members =
      "tensor 'x': expected 'dtype', 'shape' and two 'data_offsets', whole numbers below 2^62";
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [4])"), members);
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [-4], "data_offsets": [0, 4])"), members);
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [0.5], "data_offsets": [0, 4])"), members);
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [9223372036854775807], "data_offsets": [0, 4])"), members);
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [4], "data_offsets": [0, 4, 4])"), members);
  EXPECT_EQ(inTensor(R"("dtype": "C64", "shape": [4], "data_offsets": [0, 4])"),
            "tensor 'x': elements of dtype 'C64' are not supported");
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [5], "data_offsets": [0, 5])"),
            "tensor 'x': expected data_offsets within 4 bytes, got [0, 5]");
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [4], "data_offsets": [4, 0])"),
            "tensor 'x': expected data_offsets within 4 bytes, got [4, 0]");
  EXPECT_EQ(inTensor(R"("dtype": "U8", "shape": [3], "data_offsets": [0, 4])"),
            "tensor 'x': shape and dtype do not make the 4 bytes between its data_offsets");
  EXPECT_EQ(inTensor(R"("dtype": "F64", "shape": [2305843009213693952, 8], "data_offsets": [0, 0])", ""),
            "tensor 'x': shape and dtype do not make the 0 bytes between its data_offsets");
  EXPECT_EQ(inTensor(R"("dtype": "F4", "shape": [2, 1], "data_offsets": [0, 1])", "1"),
            "tensor 'x': shape and dtype do not make the 1 bytes between its data_offsets");
}

TEST(Safetensors, TensorsCoverTheData) {
  EXPECT_EQ(getError(R"({"x": {"dtype": "U8", "shape": [2], "data_offsets": [1, 3]}})", "123"),
            "tensor 'x': expected its bytes at offset 0, behind the tensor before it, got 1");
  EXPECT_EQ(getError(R"({"x": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}, "y": {"dtype": "U8", "shape": [2],
                         "data_offsets": [1, 3]}})",
                     "123"),
            "tensor 'y': expected its bytes at offset 2, behind the tensor before it, got 1");
  EXPECT_EQ(getError(R"({"x": {"dtype": "U8", "shape": [2], "data_offsets": [0, 2]}})", "123"),
            "the last 1 bytes belong to no tensor");
}

TEST(Safetensors, EveryTruncationIsAnErrorAndNoFlippedBitCrashes) {
  std::string text = makeFile(twoTensors, "bbwwww");
  for (size_t size = 0; size < text.size(); ++size)
    ASSERT_NE(getReadError(llvm::StringRef(text).take_front(size), "safetensors"), "") << size;
  for (size_t bit = 0; bit < text.size() * 8; ++bit) {
    std::string flipped = text;
    flipped[bit / 8] ^= 1 << bit % 8;
    llvm::Expected<TensorFile> file = readContent(flipped, "safetensors");
    if (!file) {
      EXPECT_NE(llvm::toString(file.takeError()), "");
      continue;
    }
    for (const StoredTensor &tensor : file->getTensors())
      ASSERT_LE(tensor.offset + tensor.bytes.size(), text.size()) << bit;
  }
}
