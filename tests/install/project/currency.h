#pragma once
constexpr unsigned currency_factor = 1;
