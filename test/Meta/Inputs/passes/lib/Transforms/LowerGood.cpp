struct LowerGoodPass : public WithModels<nibble::impl::LowerGoodPassBase<LowerGoodPass>> {};
