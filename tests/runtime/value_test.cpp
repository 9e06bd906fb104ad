// Calls whose types are known only at run time.
#include "wcomp/value.h"

#include "runtime/components.h"

using namespace wcomp;
using namespace wcomp::test;

namespace {

/// Exports `echo: func(text: string) -> string`, `describe: func(p: record, n: u8)`, and `many`, whose parameters travel in memory.
Builder values() {
  Builder b = echo_component();
  core::ModuleBuilder m;
  const core::MemIdx mem = add_memory(m);
  const core::FuncIdx describe = m.func({.params = {i32, i32, i32, i32, i32}, .results = {i32}});
  m.code(describe).local_get(core::LocalIdx(4));
  m.export_func("describe", describe);
  const core::FuncIdx many = m.func({.params = {i32}, .results = {i32}});
  m.code(many).local_get(core::LocalIdx(0)).mem(Opcode::i32_load, 2, 64, mem);
  m.export_func("many", many);
  const core::FuncIdx bad = m.func({.params = {}, .results = {i32}});
  m.code(bad).i32_const(9);
  m.export_func("bad", bad);
  const core::FuncIdx fall = m.func({});
  m.code(fall).op(Opcode::unreachable);
  m.export_func("fall", fall);
  const auto inst = b.instantiate(b.core_module(m.build()), {});
  const auto id = b.type(component::DefValType(component::OptionRef{Prim::u8}));
  const auto record = b.type(component::DefValType(component::RecordRef{.fields = {{"name", Prim::string}, {"id", id}}}));
  const component::TypeIdx named(b.export_("person", {.sort = Sort::type, .index = record.value}));
  lift_export(b, inst, "describe", "describe", {.params = {{"p", named}, {"n", Prim::u8}}, .result = Prim::u8}, memory_opts(b, inst));
  FuncTypeRef seventeen{.params = {}, .result = Prim::u32};
  for (int i = 0; i < 17; ++i) seventeen.params.push_back({"p" + std::to_string(i), Prim::u32});
  lift_export(b, inst, "many", "many", seventeen, memory_opts(b, inst));
  lift_export(b, inst, "bad", "bad", {.params = {}, .result = Prim::char_});
  const auto kinds = b.type(component::DefValType(component::EnumRef{{"a", "b"}}));
  const component::TypeIdx exported(b.export_("kind", {.sort = Sort::type, .index = kinds.value}));
  lift_export(b, inst, "bad", "bad-kind", {.params = {}, .result = exported});
  lift_export(b, inst, "fall", "fall", {});
  return b;
}

struct Loaded {
  Engine engine;
  Builder builder = values();
  Component component = load(engine, builder);
  Instance instance = instantiate(Linker(engine), component);
  Func func(std::string_view name) {
    auto f = instance.func("", name);
    if (!f) FAIL(f.error().to_string());
    return std::move(*f);
  }
};

}  // namespace

TEST_CASE("a component lists the functions that its instances export") {
  Loaded l;
  std::vector<std::string> names;
  for (const ExportedFunc& f : l.component.functions()) names.push_back(f.interface + "#" + f.name);
  CHECK(names == std::vector<std::string>{"#echo", "#describe", "#many", "#bad", "#bad-kind", "#fall"});
}

TEST_CASE("a function's types are described") {
  Loaded l;
  const Func describe = l.func("describe");
  const std::vector<Param> params = describe.params();
  REQUIRE(params.size() == 2);
  CHECK(params[0].name == "p");
  const Type& person = params[0].type;
  CHECK(person.kind() == TypeKind::record);
  CHECK(person.to_string() == "record { name: string, id: option<u8> }");
  CHECK(person.size() == 2);
  CHECK(person.name(1) == "id");
  CHECK(person.find("id") == 1);
  CHECK_FALSE(person.find("ID").has_value());
  const Type id = person.part(1).value();
  CHECK(id.kind() == TypeKind::option);
  CHECK(id.name(0) == "none");
  CHECK_FALSE(id.part(0).has_value());
  CHECK(id.part(1)->kind() == TypeKind::u8);
  CHECK(describe.result()->to_string() == "u8");
  CHECK_FALSE(l.func("fall").result().has_value());
  CHECK(l.func("fall").params().empty());
  CHECK(l.func("bad-kind").result()->name(1) == "b");
}

TEST_CASE("types outlive the component they are of") {
  std::optional<Type> type;
  {
    Loaded l;
    type = l.func("describe").params()[0].type;
  }
  CHECK(type->to_string() == "record { name: string, id: option<u8> }");
}

TEST_CASE("values are read from text, passed, and given back") {
  Loaded l;
  const Func echo = l.func("echo");
  const auto text = Value::parse(echo.params()[0].type, "\"gr\\u{fc}n\"");
  REQUIRE(text.has_value());
  const auto answer = echo.call({*text});
  REQUIRE(answer.has_value());
  CHECK(**answer == Value::string("gr\xc3\xbcn"));
  CHECK(to_string(*echo.result(), **answer) == "\"gr\xc3\xbcn\"");
  const Func describe = l.func("describe");
  CHECK(*describe.call({Value::list({Value::string("Ada"), Value::case_(1, Value::u(7))}), Value::u(9)}).value() == Value::u(9));
  const auto args = describe.parse_args("({name: \"Ada\"}, 3)");
  REQUIRE(args.has_value());
  CHECK(*describe.call(*args).value() == Value::u(3));
  CHECK_FALSE(describe.parse_args("({name: 1}, 3)").has_value());
}

TEST_CASE("parameters that travel in memory arrive") {
  Loaded l;
  std::vector<Value> args;
  for (std::uint64_t i = 0; i < 17; ++i) args.push_back(Value::u(100 + i));
  CHECK(*l.func("many").call(args).value() == Value::u(116));
}

TEST_CASE("arguments that are not of the parameters' types are refused before the call") {
  Loaded l;
  const Func describe = l.func("describe");
  const Value person = Value::list({Value::string("Ada"), Value::case_(0)});
  const auto wrong = [&](std::initializer_list<Value> args) {
    auto r = describe.call(args);
    REQUIRE_FALSE(r.has_value());
    CHECK(r.error().code() == TrapCode::host_error);
    return r.error().message();
  };
  CHECK(wrong({person}) == "1 arguments for 2 parameters");
  CHECK(wrong({person, Value::u(256)}) == "argument `n` is no `u8`");
  CHECK(wrong({person, Value::s(1)}) == "argument `n` is no `u8`");
  CHECK(wrong({Value::list({Value::string("Ada")}), Value::u(1)}) == "argument `p` is no `record { name: string, id: option<u8> }`");
  CHECK(wrong({Value::list({Value::string("Ada"), Value::case_(2)}), Value::u(1)}).starts_with("argument `p`"));
  CHECK(describe.call({person, Value::u(255)}).has_value());
}

TEST_CASE("what a guest gives that is no value of the type is a trap that ends the instance") {
  Loaded l;
  CHECK(l.func("bad-kind").call({}).error().code() == TrapCode::invalid_discriminant);
  CHECK(l.func("bad").call({}).error().code() == TrapCode::instance_poisoned);
}

TEST_CASE("a trap of the guest comes back from a call by value") {
  Loaded l;
  CHECK(l.func("bad").call({}).value() == Value::char_(9));
  CHECK_FALSE(l.func("fall").call({}).has_value());
  CHECK(l.func("echo").call({Value::string("x")}).error().code() == TrapCode::instance_poisoned);
}

TEST_CASE("text of a value that is not of the type is empty") {
  Loaded l;
  CHECK(to_string(*l.func("bad").result(), Value::u(1)).empty());
}
