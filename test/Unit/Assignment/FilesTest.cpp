//===- FilesTest.cpp - loss and cost files: what is written is read, what is damaged is refused ------------------------===//

#include "TwoLayers.h"
#include "llvm/ADT/StringRef.h"
#include "gtest/gtest.h"

using namespace nibble::assignment;

template <typename File> static std::string getError(llvm::StringRef text) {
  llvm::Expected<File> file = File::parse(text, "a.json");
  return file ? "" : llvm::toString(file.takeError());
}

/// The error when `from` is replaced by `to` in a sound file.
template <typename File> static std::string getErrorWith(const File &file, llvm::StringRef from, llvm::StringRef to) {
  std::string text = file.format();
  size_t position = text.find(from.str());
  EXPECT_NE(position, std::string::npos) << from.str();
  return getError<File>(text.replace(position, from.size(), to.str()));
}

static std::string getLossError(llvm::StringRef from, llvm::StringRef to) { return getErrorWith(makeLosses(), from, to); }

static std::string getCostError(llvm::StringRef from, llvm::StringRef to) {
  CostFile file = makeCosts();
  file.sharedInputs = {{"fc,2", "conv \"1\""}};
  return getErrorWith(file, from, to);
}

TEST(LossFile, CanBeReadByAPerson) {
  EXPECT_EQ(makeLosses().format(), R"({
  "format": "nibble-loss",
  "version": 1,
  "model": "m",
  "model_digest": "abc",
  "data_digest": "def",
  "samples": 10,
  "layers": [
    {"name": "conv \"1\"", "op": "conv", "weights": 400, "losses": {
      "w4a16": {"sqnr": 20, "kl": 0.5},
      "w8a8": {"sqnr": 30, "kl": 0.25}}},
    {"name": "fc,2", "op": "contract", "weights": 100, "losses": {
      "w8a8": {"sqnr": 40, "kl": 0.125}}}
  ]
}
)");
}

TEST(LossFile, IsReadAsItWasWritten) {
  LossFile file = makeLosses();
  // Numbers that take all digits, and one without a divergence.
  file.layers[0].losses["w8a8"] = {1.0 / 3, std::nullopt, -1.0 / 7};
  file.layers[1].losses["w8a8"].kl = 1e-17 / 7;
  LossFile read = llvm::cantFail(LossFile::parse(file.format(), "a.json"));
  EXPECT_EQ(read.format(), file.format());
  EXPECT_EQ(read.layers[1].losses["w8a8"].kl, 1e-17 / 7);
  EXPECT_EQ(read.layers[0].losses["w8a8"].kl, std::nullopt);
  EXPECT_EQ(read.layers[0].losses["w8a8"].layerSqnr, -1.0 / 7);
  EXPECT_EQ(read.layers[1].losses["w8a8"].layerSqnr, std::nullopt);
}

TEST(LossFile, EveryTruncationIsAnError) {
  std::string text = makeLosses().format();
  for (size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_NE(getError<LossFile>(llvm::StringRef(text).take_front(size)), "") << size;
}

TEST(LossFile, SaysWhereItIsWrong) {
  EXPECT_EQ(getError<LossFile>("[]"), "a.json: expected an object when parsing losses");
  EXPECT_EQ(getError<LossFile>(std::string(1 << 20, '[')), "a.json: brackets are nested deeper than in any file of nibble");
  EXPECT_EQ(getLossError("nibble-loss", "nibble-cost"), "a.json: expected the format of this kind of file at losses.format");
  EXPECT_EQ(getLossError("\"version\": 1", "\"version\": 2"), "a.json: expected another version at losses.version");
  EXPECT_EQ(getLossError("\"m\"", "1"), "a.json: expected a string at losses.model");
  EXPECT_EQ(getLossError("10", "-1"), "a.json: expected a whole number that is not negative at losses.samples");
  EXPECT_EQ(getLossError("\"sqnr\": 30", "\"sqnr\": \"NaN\""),
            "a.json: expected a finite number at losses.layers[0].losses.w8a8.sqnr");
  EXPECT_EQ(getLossError("0.125", "1e999"), "a.json: expected a finite number at losses.layers[1].losses.w8a8.kl");
  EXPECT_EQ(getLossError("0.125", "-0.125"), "a.json: expected a number that is not negative at losses.layers[1].losses.w8a8.kl");
  EXPECT_EQ(getLossError("fc,2", "conv \\\"1\\\""), "a.json: expected each layer once at losses.layers[1].name");
  EXPECT_EQ(getLossError("{\"sqnr\": 40, \"kl\": 0.125}", "3"), "a.json: expected an object at losses.layers[1].losses.w8a8");
}

TEST(CostFile, CanBeReadByAPerson) {
  CostFile file = makeCosts();
  file.sharedInputs = {{"fc,2", "conv \"1\""}};
  EXPECT_EQ(file.format(), R"({
  "format": "nibble-cost",
  "version": 1,
  "model": "m",
  "model_digest": "abc",
  "target": "x86",
  "cpu": "znver4",
  "level": "avx512vnni",
  "layers": [
    {"name": "conv \"1\"", "op": "conv", "weights": 400, "costs": {
      "float32": {"ns": 1000.5, "measured": true, "bytes": 1600, "reads": "float"},
      "w4a16": {"ns": 900, "measured": true, "bytes": 225, "reads": "float"},
      "w8a8": {"ns": 400, "measured": true, "bytes": 400, "reads": "u8"}}},
    {"name": "fc,2", "op": "contract", "weights": 100, "costs": {
      "float32": {"ns": 200, "measured": true, "bytes": 400, "reads": "float"},
      "w8a8": {"ns": 100, "measured": true, "bytes": 100, "reads": "u8"}}}],
  "borders": [
    {"from": "conv \"1\"", "to": "fc,2", "crossings": [
      {"from": "u8", "to": "float", "ns": -3, "measured": true},
      {"from": "float", "to": "u8", "ns": 50, "measured": true}]}],
  "shared_inputs": [
    ["fc,2","conv \"1\""]]
}
)");
  EXPECT_EQ(llvm::cantFail(CostFile::parse(file.format(), "a.json")).format(), file.format());
}

TEST(CostFile, EveryTruncationIsAnError) {
  std::string text = makeCosts().format();
  for (size_t size = 0; size + 2 < text.size(); ++size)
    EXPECT_NE(getError<CostFile>(llvm::StringRef(text).take_front(size)), "") << size;
}

TEST(CostFile, SaysWhereItIsWrong) {
  EXPECT_EQ(getCostError("1000.5", "-1"), "a.json: expected a number that is not negative at costs.layers[0].costs.float32.ns");
  EXPECT_EQ(getCostError("\"measured\": true", "\"measured\": 1"),
            "a.json: expected true or false at costs.layers[0].costs.float32.measured");
  EXPECT_EQ(getCostError("\"from\": \"conv \\\"1\\\"\"", "\"from\": \"conv2\""),
            "a.json: expected the name of a layer at costs.borders[0].from");
  EXPECT_EQ(getCostError("\"to\": \"fc,2\"", "\"to\": \"fc3\""), "a.json: expected the name of a layer at costs.borders[0].to");
  EXPECT_EQ(getCostError("[\"fc,2\",", "[\"fc3\","), "a.json: expected the name of a layer at costs.shared_inputs[0][0]");
  EXPECT_EQ(getCostError("[\n    [\"fc,2\",\"conv \\\"1\\\"\"]]", "[1]"), "a.json: expected an array at costs.shared_inputs[0]");
  EXPECT_EQ(getCostError("\"fc,2\", \"op\"", "\"conv \\\"1\\\"\", \"op\""), "a.json: expected each layer once at costs.layers[1].name");
}

TEST(Files, ThatAreNotThereAreErrors) {
  EXPECT_EQ(llvm::toString(LossFile::load("/missing.json").takeError()), "/missing.json: No such file or directory");
  EXPECT_EQ(llvm::toString(CostFile::load("/missing.json").takeError()), "/missing.json: No such file or directory");
}
