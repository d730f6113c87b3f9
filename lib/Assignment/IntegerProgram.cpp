//===- IntegerProgram.cpp - linear programs over choices, solved by CBC ------------------------------------------------===//

#include "IntegerProgram.h"
#include "coin/Cbc_C_Interface.h"
#include <memory>
#include <numeric>
#include <string>

using namespace nibble::assignment;

namespace {
struct DeleteModel {
  void operator()(Cbc_Model *model) const { Cbc_deleteModel(model); }
};
using Model = std::unique_ptr<Cbc_Model, DeleteModel>;
} // namespace

static IntegerProgram::Result::State getState(Cbc_Model *model, bool hasSolution) {
  using State = IntegerProgram::Result::State;
  if (Cbc_isProvenInfeasible(model))
    return State::Infeasible;
  if (!hasSolution)
    return State::Unknown;
  return Cbc_isProvenOptimal(model) ? State::Optimal : State::Feasible;
}

IntegerProgram::Result IntegerProgram::solve(double seconds, const std::vector<double> &start) const {
  Model model(Cbc_newModel());
  Cbc_setLogLevel(model.get(), 0);
  Cbc_setObjSense(model.get(), 1);
  for (size_t column = 0; column < columns.size(); ++column)
    Cbc_addCol(model.get(), ("c" + std::to_string(column)).c_str(), 0, 1, objective[column], columns[column], 0, nullptr, nullptr);
  for (const Row &row : rows) {
    std::vector<int> positions;
    std::vector<double> factors;
    for (const Term &term : row.terms) {
      positions.push_back(static_cast<int>(term.column));
      factors.push_back(term.factor);
    }
    Cbc_addRow(model.get(), "", static_cast<int>(positions.size()), positions.data(), factors.data(), static_cast<char>(row.sense),
               row.right);
  }
  if (!start.empty()) {
    std::vector<int> positions(columns.size());
    std::iota(positions.begin(), positions.end(), 0);
    Cbc_setMIPStartI(model.get(), static_cast<int>(positions.size()), positions.data(), start.data());
  }
  Cbc_setMaximumSeconds(model.get(), seconds);
  Cbc_solve(model.get());
  Result result;
  if (const double *best = Cbc_bestSolution(model.get()))
    result.values.assign(best, best + columns.size());
  result.state = getState(model.get(), !result.values.empty());
  return result;
}
