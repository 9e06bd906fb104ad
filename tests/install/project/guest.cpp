#include "currency.h"
#include "shop_exports.h"

namespace exports::demo::shop::till {

wcomp::Result<std::uint32_t, std::string> total(std::span<const Line> receipt) {
  std::uint32_t sum = 0;
  for (const Line& line : receipt) {
    const auto price = ::demo::shop::prices::price(line.item);
    if (!price) return wcomp::Err("nobody sells " + line.item);
    sum += *price * line.pieces;
  }
  return sum * currency_factor;
}

}  // namespace exports::demo::shop::till
