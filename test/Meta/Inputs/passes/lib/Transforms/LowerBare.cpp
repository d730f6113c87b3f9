struct LowerBarePass : public nibble::impl::LowerBarePassBase<LowerBarePass> {};
