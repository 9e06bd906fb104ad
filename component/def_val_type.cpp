#include "component/def_val_type.h"

#include "base/diagnostic.h"
#include "base/match.h"

namespace wcomp::component {

namespace {

Result<std::optional<ValTypeRef>> optional(const TypeRefs& refs, const std::optional<types::ValType>& t) {
  if (!t) return std::optional<ValTypeRef>();
  WCOMP_TRY(const ValTypeRef ref, refs.value(*t));
  return std::optional(ref);
}

}  // namespace

Result<DefValType> to_def_val_type(const types::TypeDef& def, const TypeRefs& refs) {
  using R = Result<DefValType>;
  return match(
      def,
      [&](const types::RecordType& r) -> R {
        RecordRef out;
        for (const types::Field& f : r.fields) {
          WCOMP_TRY(const ValTypeRef t, refs.value(f.type));
          out.fields.push_back({f.name, t});
        }
        return DefValType(std::move(out));
      },
      [&](const types::VariantType& v) -> R {
        VariantRef out;
        for (const types::Case& c : v.cases) {
          WCOMP_TRY(const std::optional<ValTypeRef> t, optional(refs, c.type));
          out.cases.push_back({c.name, t});
        }
        return DefValType(std::move(out));
      },
      [&](const types::ListType& l) -> R {
        WCOMP_TRY(const ValTypeRef t, refs.value(l.element));
        return DefValType(ListRef{t});
      },
      [&](const types::FixedListType& l) -> R {
        WCOMP_TRY(const ValTypeRef t, refs.value(l.element));
        return DefValType(FixedListRef{t, l.length});
      },
      [&](const types::MapType& m) -> R {
        WCOMP_TRY(const ValTypeRef key, refs.value(m.key));
        WCOMP_TRY(const ValTypeRef value, refs.value(m.value));
        return DefValType(MapRef{key, value});
      },
      [&](const types::TupleType& tuple) -> R {
        TupleRef out;
        for (const types::ValType& e : tuple.types) {
          WCOMP_TRY(const ValTypeRef t, refs.value(e));
          out.types.push_back(t);
        }
        return DefValType(std::move(out));
      },
      [](const types::FlagsType& f) -> R { return DefValType(FlagsRef{f.names}); },
      [](const types::EnumType& e) -> R { return DefValType(EnumRef{e.names}); },
      [&](const types::OptionType& o) -> R {
        WCOMP_TRY(const ValTypeRef t, refs.value(o.some));
        return DefValType(OptionRef{t});
      },
      [&](const types::ResultType& r) -> R {
        WCOMP_TRY(const std::optional<ValTypeRef> ok, optional(refs, r.ok));
        WCOMP_TRY(const std::optional<ValTypeRef> err, optional(refs, r.err));
        return DefValType(ResultRef{ok, err});
      },
      [&](const types::OwnType& o) -> R {
        WCOMP_TRY(const TypeIdx resource, refs.resource(o.resource));
        return DefValType(OwnRef{resource});
      },
      [&](const types::BorrowType& b) -> R {
        WCOMP_TRY(const TypeIdx resource, refs.resource(b.resource));
        return DefValType(BorrowRef{resource});
      },
      [&](const types::StreamType& s) -> R {
        WCOMP_TRY(const std::optional<ValTypeRef> t, optional(refs, s.element));
        return DefValType(StreamRef{t});
      },
      [&](const types::FutureType& f) -> R {
        WCOMP_TRY(const std::optional<ValTypeRef> t, optional(refs, f.element));
        return DefValType(FutureRef{t});
      },
      [](const types::ResourceType&) -> R { return fail(diag::unknown_item, "a resource without a declaration cannot be encoded"); },
      [](const types::AliasType& a) -> R {
        const types::Prim* p = std::get_if<types::Prim>(&a.target);
        if (p == nullptr) return fail(diag::unknown_item, "an alias without a declaration cannot be encoded");
        return DefValType(*p);
      });
}

}  // namespace wcomp::component
