//===- CandidatesTest.cpp - losses and costs put together --------------------------------------------------------------===//

#include "TwoLayers.h"
#include "gtest/gtest.h"

using namespace nibble::assignment;

static NamedProblem make(std::vector<std::string> candidates = {}, std::optional<LossMeasure> measure = std::nullopt) {
  return llvm::cantFail(makeProblem(makeLosses(), makeCosts(), std::move(candidates), measure));
}

static std::string getError(const LossFile &losses, const CostFile &costs, std::vector<std::string> candidates = {},
                            std::optional<LossMeasure> measure = std::nullopt) {
  llvm::Expected<NamedProblem> named = makeProblem(losses, costs, std::move(candidates), measure);
  return named ? "" : llvm::toString(named.takeError());
}

TEST(Candidates, HaveTheLossesAndCostsOfBothFiles) {
  NamedProblem named = make();
  EXPECT_EQ(named.measure, LossMeasure::Divergence);
  EXPECT_EQ(named.layers[0].candidates, std::vector<std::string>({"float32", "w4a16", "w8a8"}));
  EXPECT_EQ(named.layers[1].candidates, std::vector<std::string>({"float32", "w8a8"}));
  EXPECT_EQ(named.floating.time, 1200.5);
  EXPECT_EQ(named.floating.size, 2000);
  EXPECT_EQ(named.numWeights, 500);
  EXPECT_TRUE(named.isMeasured);
  Totals totals = evaluate(named.problem, {1, 1});
  EXPECT_EQ(totals.loss, 0.625);
  EXPECT_EQ(totals.time, 900 + 100 + 50); // float to u8 between them
  EXPECT_EQ(totals.size, 325);
}

TEST(Candidates, CanBeJudgedByNoise) {
  NamedProblem named = make({}, LossMeasure::Noise);
  EXPECT_DOUBLE_EQ(evaluate(named.problem, {2, 1}).loss, 1e-3 + 1e-4);
}

TEST(Candidates, CanBeRestricted) {
  NamedProblem named = make({"w8a8"});
  EXPECT_EQ(named.layers[0].candidates, std::vector<std::string>({"w8a8"}));
  EXPECT_EQ(getError(makeLosses(), makeCosts(), {"w4a16"}), "layer 'fc,2' can have none of the candidates w4a16");
  EXPECT_EQ(getError(makeLosses(), makeCosts(), {"float32", "w4"}), "candidate 'w4' has no losses");
}

TEST(Candidates, UniformAssignmentsFallBackToFloat) {
  EXPECT_EQ(make().getUniform("w8a8"), Selection({2, 1}));
  EXPECT_EQ(make().getUniform("w4a16"), Selection({1, 0}));
  EXPECT_EQ(make({"w8a8"}).getUniform("w4a16"), std::nullopt);
}

TEST(Candidates, PredictionsAreKnownAsSuch) {
  CostFile costs = makeCosts();
  costs.borders[0].crossings[1].time.isMeasured = false;
  EXPECT_FALSE(llvm::cantFail(makeProblem(makeLosses(), costs, {}, std::nullopt)).isMeasured);
}

TEST(Candidates, LayersHaveToBeThoseOfOneModel) {
  CostFile costs = makeCosts();
  costs.modelDigest = "xyz";
  EXPECT_EQ(getError(makeLosses(), costs), "losses and costs are not of one model: 'm' (abc) and 'm' (xyz)");
  costs = makeCosts();
  costs.layers.pop_back();
  costs.borders.clear();
  EXPECT_EQ(getError(makeLosses(), costs), "layer 'fc,2' has losses and no costs");
  LossFile losses = makeLosses();
  losses.layers.pop_back();
  EXPECT_EQ(getError(losses, makeCosts()), "layer 'fc,2' has costs and no losses");
  costs = makeCosts();
  costs.layers[1].costs.erase("float32");
  EXPECT_EQ(getError(makeLosses(), costs), "layer 'fc,2' has no cost of float32, which all others are compared with");
  losses = makeLosses();
  losses.layers[1].losses["w8a8"].kl.reset();
  EXPECT_EQ(getError(losses, makeCosts(), {}, LossMeasure::Divergence), "candidate 'w8a8' of layer 'fc,2' has no divergence (kl)");
  EXPECT_EQ(llvm::cantFail(makeProblem(losses, makeCosts(), {}, std::nullopt)).measure, LossMeasure::Noise);
}
