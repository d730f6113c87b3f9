//===- Problem.cpp - which scheme each layer gets, as numbers ----------------------------------------------------------===//

#include "nibble/Assignment/Problem.h"
#include "llvm/ADT/STLExtras.h"

using namespace nibble::assignment;

static const Choice &getChoice(const Problem &problem, const Selection &selection, size_t layer) {
  return problem.layers[layer].choices[selection[layer]];
}

Totals nibble::assignment::evaluate(const Problem &problem, const Selection &selection) {
  Totals totals;
  for (size_t layer = 0; layer < problem.layers.size(); ++layer)
    totals += getChoice(problem, selection, layer).costs;
  for (const Border &border : problem.borders)
    for (const Border::Crossing &crossing : border.crossings)
      if (getChoice(problem, selection, border.from).form == crossing.fromForm &&
          getChoice(problem, selection, border.to).form == crossing.toForm)
        totals.time += crossing.time;
  return totals;
}

bool nibble::assignment::isAllowed(const Problem &problem, const Selection &selection) {
  for (auto [layer, number] : llvm::zip_equal(problem.layers, selection))
    if (layer.pinned.value_or(number) != number)
      return false;
  return llvm::all_of(problem.groups, [&](const std::vector<size_t> &group) {
    return llvm::all_of(group, [&](size_t layer) {
      return getChoice(problem, selection, layer).form == getChoice(problem, selection, group.front()).form;
    });
  });
}
