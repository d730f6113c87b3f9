//===- RecipeTest.cpp - recipes: rules in order, built-in ones, errors with their place ------------------------------===//

#include "nibble/Scheme/Recipe.h"
#include "gtest/gtest.h"

using namespace nibble;

static Recipe parse(llvm::StringRef text) { return llvm::cantFail(Recipe::parse(text, "a.yaml")); }

static std::string getError(llvm::StringRef text) {
  llvm::Expected<Recipe> recipe = Recipe::parse(text, "a.yaml");
  return recipe ? "" : llvm::toString(recipe.takeError());
}

/// A recipe with the usual schemes and something behind them.
static std::string withSchemes(llvm::StringRef rest) {
  return ("activations: u8, zero_point = integer\nweights: s8 narrow, per channel\n" + rest).str();
}

TEST(Recipe, BuiltinRecipesAreComplete) {
  for (llvm::StringRef name : Recipe::getBuiltinNames())
    EXPECT_TRUE(static_cast<bool>(Recipe::load(name))) << name.str();
  Recipe float32 = llvm::cantFail(Recipe::load("float32")), w8a8 = llvm::cantFail(Recipe::load("w8a8"));
  EXPECT_FALSE(float32.needsCalibration());
  EXPECT_TRUE(float32.decide({"conv1", "conv"}).isFloat);
  EXPECT_EQ(float32.decide({"conv1", "conv"}).reason, "recipe 'float32', rule 1: it quantizes nothing");
  EXPECT_TRUE(w8a8.needsCalibration());
  EXPECT_FALSE(w8a8.decide({"conv1", "conv"}).isFloat);
}

TEST(Recipe, UnknownNamesListTheBuiltinOnes) {
  EXPECT_EQ(llvm::toString(Recipe::load("w9a9").takeError()),
            "no recipe 'w9a9', expected a file or one of auto, float32, w4a16-g128, w4a16, w4a32-g32, w4a8-g32-dynamic, w4a8-g32, w4a8, w8a16, "
            "w8a8-dynamic, w8a8");
}

TEST(Recipe, SchemesKnowTheirChannelAxis) {
  mlir::MLIRContext context;
  context.loadDialect<NibbleDialect>();
  RecipeDecision decision = parse(withSchemes("")).decide({"conv1", "conv"});
  SchemeAttr filter = llvm::cantFail(decision.weights.get(&context, {4, 3, 2}));
  EXPECT_EQ(filter.getChannelAxis(), 3);
  EXPECT_TRUE(filter.getNarrowRange());
  EXPECT_TRUE(llvm::cantFail(decision.weights.get(&context, {2})).isPerTensor());
  SchemeAttr input = llvm::cantFail(decision.activations.get(&context, {4}));
  EXPECT_EQ(input.getZeroPoint(), ZeroPointKind::Integer);
  EXPECT_TRUE(input.isPerTensor());
}

/// The scheme that a text means for the filter [64, 32] of a contraction, transposed or not, and for one of a convolution.
static std::string getFilterScheme(llvm::StringRef text, SchemeOperand operand = {2, 1, 0}) {
  mlir::MLIRContext context;
  context.loadDialect<NibbleDialect>();
  Recipe recipe = parse(("activations: float\nweights: '" + text + "'\n").str());
  llvm::Expected<SchemeAttr> scheme = recipe.decide({"x", "contract"}).weights.get(&context, operand);
  std::string printed;
  llvm::raw_string_ostream(printed) << llvm::cantFail(std::move(scheme));
  return printed;
}

TEST(Recipe, BlocksAreSaidInWords) {
  EXPECT_EQ(getFilterScheme("s4, groups of 32"), "#nibble.scheme<s4, block = [32, 1]>");
  EXPECT_EQ(getFilterScheme("s4, groups of 32", {2, 0, 1}), "#nibble.scheme<s4, block = [1, 32]>");
  EXPECT_EQ(getFilterScheme("s4, groups of 32", {4, 3, 2}), "#nibble.scheme<s4, block = [1, 1, 32, 1]>");
  // A depthwise filter sums over no dimension of several elements: a channel is a group.
  EXPECT_EQ(getFilterScheme("s4, groups of 32", {4, 3}), "#nibble.scheme<s4, block = [0, 0, 0, 1]>");
  EXPECT_EQ(getFilterScheme("s4, per token"), "#nibble.scheme<s4, block = [1, 0]>");
  EXPECT_EQ(getFilterScheme("nf4-double"),
            "#nibble.scheme<nf4, block = [64, 1], scale = [f8E4M3FN, f32], outer_block = [16384, 1]>");
  EXPECT_EQ(getFilterScheme("nvfp4"), "#nibble.scheme<f4E2M1FN, block = [16, 1], scale = [f8E4M3FN, f32]>");
}

TEST(Recipe, PresetsAreSchemes) {
  for (llvm::StringRef name : getSchemePresets())
    EXPECT_NE(getFilterScheme(name), "") << name.str();
}

TEST(Recipe, RoundingByInputsNeedsData) {
  const char *schemes = "activations: float\nweights: int4-g32\n";
  EXPECT_FALSE(parse(schemes).needsGramMatrices());
  for (const char *choice : {"round_by: gptq\n", "round_by: gptq_act_order\n", "channel_scaling: awq\n",
                             "rules:\n  - name: x\n    round_by: gptq\n", "rules:\n  - name: x\n    channel_scaling: awq\n"}) {
    Recipe recipe = parse(std::string(schemes) + choice);
    EXPECT_TRUE(recipe.needsGramMatrices()) << choice;
    EXPECT_TRUE(recipe.needsCalibration());
    EXPECT_FALSE(recipe.storesActivations());
    EXPECT_TRUE(recipe.decide({"x", "contract"}).needsGramMatrix());
  }
  Recipe recipe = parse(std::string(schemes) + "round_by: gptq\nchannel_scaling: awq\nrules:\n  - name: x\n    round_by: nearest\n"
                                               "    channel_scaling: none\n  - name: y\n    float: true\n");
  EXPECT_FALSE(recipe.decide({"x", "contract"}).needsGramMatrix());
  EXPECT_FALSE(recipe.decide({"y", "contract"}).needsGramMatrix());
  EXPECT_EQ(recipe.decide({"z", "contract"}).roundBy, WeightRounding::Gptq);
  EXPECT_EQ(recipe.decide({"z", "contract"}).channelScaling, ChannelScaling::Awq);
}

TEST(Recipe, FloatActivationsNeedNoData) {
  EXPECT_FALSE(parse("activations: float\nweights: q4_0\n").needsCalibration());
  EXPECT_TRUE(parse("activations: float\nweights: q4_0\nrules:\n  - name: x\n    activations: u8").needsCalibration());
}

TEST(Recipe, RowsChooseTheirScalesWithoutData) {
  Recipe recipe = parse("activations: int8-token\nweights: int8-channel\n");
  EXPECT_TRUE(recipe.storesActivations());
  EXPECT_FALSE(recipe.needsRanges());
  EXPECT_FALSE(recipe.needsCalibration());
  EXPECT_TRUE(parse("activations: int8-token\nweights: int4-g32\nround_by: gptq\n").needsCalibration());
  EXPECT_TRUE(parse("activations: int8-token\nweights: q4_0\nrules:\n  - name: x\n    activations: u8").needsRanges());
  mlir::MLIRContext context;
  context.loadDialect<NibbleDialect>();
  SchemeOperand filter{3, std::nullopt, std::nullopt, {1, 0, 1}};
  EXPECT_EQ(llvm::cantFail(recipe.decide({"x", "contract"}).activations.get(&context, filter)).getBlock(), llvm::ArrayRef<int64_t>(filter.rowBlock));
}

TEST(Recipe, ScalesAreChosenByTheRecipe) {
  Recipe recipe = parse(withSchemes("scale_by: squared_error\nrules:\n  - name: x\n    scale_by: absolute_maximum"));
  EXPECT_EQ(recipe.decide({"x", "conv"}).scaleBy, ParameterChoice::AbsoluteMaximum);
  EXPECT_EQ(recipe.decide({"y", "conv"}).scaleBy, ParameterChoice::SquaredError);
}

TEST(Recipe, TheFirstMatchingRuleDecides) {
  Recipe recipe = parse(withSchemes(R"(
calibrator: percentile:99.9
rules:
  - name: head
    float: true
    reason: it is small
  - regex: ^block[0-9]+/
    op: conv
    calibrator: min-max
  - position: first
    activations: s8
  - position: last
    weights: s8
  - smaller_than: 100
    float: true
)"));
  RecipeDecision head = recipe.decide({"head", "contract"});
  EXPECT_TRUE(head.isFloat);
  EXPECT_EQ(head.reason, "recipe 'a.yaml', rule 1: it is small");
  EXPECT_EQ(recipe.decide({"block12/conv", "conv", true}).calibrator, "min-max");
  EXPECT_EQ(recipe.decide({"block12/conv", "contract", false, false, 100}).rule, std::nullopt);
  EXPECT_EQ(recipe.decide({"x", "conv", true}).activations.text, "s8");
  EXPECT_EQ(recipe.decide({"x", "conv", true}).weights.text, "s8 narrow");
  EXPECT_EQ(recipe.decide({"x", "conv", false, true}).weights.blocks, RecipeScheme::Blocks::AsWritten);
  EXPECT_TRUE(recipe.decide({"x", "conv", false, false, 99}).isFloat);
  RecipeDecision rest = recipe.decide({"x", "conv", false, false, 100});
  EXPECT_EQ(rest.calibrator, "percentile:99.9");
  EXPECT_EQ(rest.reason, "recipe 'a.yaml'");
}

TEST(Recipe, RulesNameOthers) {
  Recipe recipe = parse("rules:\n"
                        "  - name: a\n"
                        "    recipe: w4a16\n"
                        "    reason: it is large\n"
                        "  - name: b\n"
                        "    recipe: float32\n"
                        "  - recipe: w8a8\n");
  RecipeDecision large = recipe.decide({"a", "conv"});
  EXPECT_TRUE(large.activations.isFloat);
  EXPECT_EQ(large.scaleBy, ParameterChoice::SquaredError);
  EXPECT_EQ(large.reason, "recipe 'a.yaml', rule 1: it is large");
  EXPECT_EQ(large.rule, 0u);
  EXPECT_TRUE(recipe.decide({"b", "conv"}).isFloat);
  EXPECT_FALSE(recipe.decide({"c", "conv"}).isFloat);
  EXPECT_FALSE(recipe.decide({"c", "conv"}).activations.isFloat);
  EXPECT_TRUE(recipe.storesActivations());
  EXPECT_FALSE(recipe.isOpen());
  EXPECT_FALSE(parse("rules:\n  - recipe: w4a16").needsCalibration());
  EXPECT_TRUE(parse("rules:\n  - recipe: w4a8-g32").needsGramMatrices());
}

TEST(Recipe, RulesLeaveOpsToAnAssignment) {
  Recipe recipe = parse("rules:\n  - position: first\n    float: true\n  - recipe: auto\n");
  EXPECT_TRUE(recipe.isOpen());
  EXPECT_TRUE(recipe.needsCalibration());
  EXPECT_FALSE(recipe.decide({"a", "conv", true}).isOpen);
  EXPECT_TRUE(recipe.decide({"b", "conv"}).isOpen);
  EXPECT_TRUE(llvm::cantFail(Recipe::load("auto")).isOpen());
}

TEST(Recipe, RulesNameRecipesWithSchemes) {
  EXPECT_EQ(getError("rules:\n  - recipe: auto\n    float: true"), "a.yaml:2:5: a rule is float, has the name of a recipe, or has schemes");
  EXPECT_EQ(getError("rules:\n  - recipe: w4\n").substr(0, 38), "a.yaml:2:13: no recipe 'w4', expected ");
}

TEST(Recipe, SaysHowImagesBecomeInputs) {
  Recipe recipe = parse(withSchemes(R"(
input:
  size: [224, 320]
  channels: BGR
  mean: [104, 117, 123]
  scale: [0.5]
  layout: NHWC
  compile_in: true
)"));
  const data::ImageOptions &images = recipe.getImageOptions();
  EXPECT_EQ(images.height, 224);
  EXPECT_EQ(images.width, 320);
  EXPECT_EQ(images.channels, data::ImageChannels::BGR);
  EXPECT_EQ(images.mean, (std::vector<float>{104, 117, 123}));
  EXPECT_EQ(images.scale, (std::vector<float>{0.5}));
  EXPECT_EQ(images.layout, data::ImageLayout::NHWC);
  EXPECT_TRUE(recipe.compilesInput());
}

TEST(Recipe, ErrorsSayWhere) {
  EXPECT_EQ(getError(withSchemes("calibrater: mse")), "a.yaml:3:1: unknown key 'calibrater'");
  EXPECT_EQ(getError(withSchemes("calibrator: median")),
            "a.yaml:3:13: unknown calibrator 'median', expected one of entropy, min-max, moving-average, mse, percentile");
  EXPECT_EQ(getError(withSchemes("rules:\n  - regex: '['\n    float: true")),
            "a.yaml:4:12: '[' is not a regular expression: brackets ([ ]) not balanced");
  EXPECT_EQ(getError("activations: u17\nweights: s8"),
            "a.yaml:1:14: 'u17' is not a scheme: (C1) unknown codec 'u17'");
  EXPECT_EQ(getError(withSchemes("rules:\n  - name: x")),
            "a.yaml:4:5: a rule needs an effect: float: true, recipe, activations, weights, scale_by, round_by, channel_scaling or calibrator");
  EXPECT_EQ(getError(withSchemes("rules:\n  - name: x\n    float: true\n    weights: s8")),
            "a.yaml:4:5: a rule is float, has the name of a recipe, or has schemes");
  EXPECT_EQ(getError(withSchemes("rules:\n  - position: middle\n    float: true")),
            "a.yaml:4:15: unknown enumerated scalar");
  EXPECT_EQ(getError(withSchemes("input:\n  mean: [1, 2]")),
            "a.yaml:4:3: mean and scale are finite numbers, one or one for each of 3 channels");
  EXPECT_EQ(getError(withSchemes("input:\n  size: [0, 1]")), "a.yaml:4:3: a size is from 1 to 2^26, got 0");
}

TEST(Recipe, WrongSchemesAreErrors) {
  auto getSchemeError = [](llvm::StringRef text) { return getError(("activations: float\nweights: '" + text + "'").str()); };
  EXPECT_EQ(getSchemeError("iq3_s"), "a.yaml:2:10: 'iq3_s' is not a scheme: no scheme can say it: its codes stand for several values");
  EXPECT_EQ(getSchemeError("s4, groups of none"), "a.yaml:2:10: 's4, groups of none' is not a scheme: expected 'groups of N' or 'groups "
                                                  "of N in M' with M a multiple of N, got 'groups of none'");
  EXPECT_EQ(getSchemeError("s4, groups of 32 in 48"), "a.yaml:2:10: 's4, groups of 32 in 48' is not a scheme: expected 'groups of N' or "
                                                      "'groups of N in M' with M a multiple of N, got 'groups of 32 in 48'");
  EXPECT_EQ(getSchemeError("s4, groups of 32 in 64"),
            "a.yaml:2:10: 's4, groups of 32 in 64' is not a scheme: 'groups of N in M' is for two levels of scales");
  EXPECT_EQ(getSchemeError("s4, block = [0, 1], per channel"), "a.yaml:2:10: 's4, block = [0, 1], per channel' is not a scheme: a block, "
                                                               "and 'per channel', 'per token' or 'groups of' exclude each other");
  EXPECT_EQ(getSchemeError("float"), "a.yaml: weights have a scheme; a rule with float: true leaves ops as they are");
  EXPECT_EQ(getError(withSchemes("rules:\n  - name: x\n    weights: float")),
            "a.yaml:4:5: weights have a scheme; float: true leaves an op as it is");
}

TEST(Recipe, IncompleteRecipesAreErrors) {
  EXPECT_EQ(getError("activations: u8"), "a.yaml: a recipe has both activations and weights, or none of them");
  EXPECT_EQ(getError("rules:\n  - op: conv\n    float: true"),
            "a.yaml: a recipe without activations and weights has only rules that are float or name a recipe, the last one without conditions");
  EXPECT_NE(getError(""), "");
}

TEST(Recipe, AnythingElseIsAnErrorToo) {
  for (llvm::StringRef text : {"[", "{", "a: &b *b", "- 1", "\"", "%YAML 9\n---", "rules: {}", "input: []", "a: !!x"})
    EXPECT_NE(getError(text), "") << text.str();
  for (llvm::StringRef mark : {"[", "{", "- ", "? ", "{a: "}) {
    std::string deep;
    for (int i = 0; i < 100000; ++i)
      deep += mark;
    EXPECT_EQ(getError(deep), "a.yaml: nested deeper than any recipe");
  }
}
