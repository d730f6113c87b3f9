//===- AssignmentText.cpp - what an assignment says of itself --------------------------------------------------------------------===//

#include "AssignmentText.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"

using namespace nibble;
using namespace nibble::assignment;

static std::string formatTime(double nanoseconds) {
  return nanoseconds < 1e3 ? llvm::formatv("{0:f0} ns", nanoseconds).str() : llvm::formatv("{0:f2} us", nanoseconds / 1e3).str();
}

/// Why a layer has float32 or what it has instead, where a candidate takes longer; empty elsewhere.
static std::string getReason(const NamedProblem::NamedLayer &layer, const Layer &choices, size_t chosen) {
  std::optional<size_t> floating = layer.findChoice(floatCandidate);
  if (!floating)
    return "";
  double floatTime = choices.choices[*floating].costs.time;
  auto isSlower = [&](size_t choice) { return choices.choices[choice].costs.time > floatTime; };
  auto describe = [&](size_t choice) { return layer.candidates[choice] + " takes " + formatTime(choices.choices[choice].costs.time); };
  if (chosen != *floating)
    return isSlower(chosen) ? describe(chosen) + " and is slower than float32 with " + formatTime(floatTime) + ": chosen to keep the bounds"
                            : "";
  std::vector<std::string> slower;
  for (size_t choice = 0; choice < layer.candidates.size(); ++choice)
    if (choice != *floating && isSlower(choice))
      slower.push_back(describe(choice));
  return slower.empty() ? "" : "float32 is faster with " + formatTime(floatTime) + ": " + llvm::join(slower, ", ");
}

std::vector<AssignedLayer> nibble::getAssignedLayers(const NamedProblem &named, const Selection &selection) {
  std::vector<AssignedLayer> layers;
  for (size_t number = 0; number < selection.size(); ++number) {
    const NamedProblem::NamedLayer &layer = named.layers[number];
    layers.push_back({layer.name, layer.candidates[selection[number]], getReason(layer, named.problem.layers[number], selection[number])});
  }
  return layers;
}

std::string nibble::describeSolution(const NamedProblem &named, const Solution &solution) {
  const Totals &totals = solution.totals, &floating = named.floating;
  auto getShare = [](double part, double whole) { return whole > 0 ? part / whole : 1; };
  std::string text;
  llvm::raw_string_ostream out(text);
  out << llvm::formatv("loss {0}, {1}, added up over layers\n", llvm::formatv("{0:e5}", totals.loss).str(),
                       named.measure == LossMeasure::Divergence ? "Kullback-Leibler divergence of the outputs"
                                                                : "noise of the outputs by their signal");
  out << "time " << formatTime(totals.time) << llvm::formatv(", {0:f3}x float32", getShare(totals.time, floating.time))
      << (named.isMeasured ? "" : "; some times are predictions") << "\n";
  out << llvm::formatv("size {0} bytes, {1:f3}x float32, {2:f2} bits for each weight\n", static_cast<int64_t>(totals.size),
                       getShare(totals.size, floating.size), named.numWeights > 0 ? totals.size * 8 / named.numWeights : 0.0);
  out << (solution.isOptimal ? "no assignment is better\n" : "the best one that was found; a longer search may find a better one\n");
  return text;
}
