-- What scripts see of Lua: the globals, the tables that they must not change, and the hook that
-- interrupts them. Run once in each interpreter, with all that Lua has; scripts have what is
-- returned, and none of the upvalues here. See Sandbox.java.

local native, period, pattern_max, string_max = ...

local large_string = 65536

local debug, string, table, math, coroutine = debug, string, table, math, coroutine
local error, type, tonumber, tostring, next = error, type, tonumber, tostring, next
local pcall, setmetatable, getmetatable = pcall, setmetatable, getmetatable
local rawget, rawset, rawequal, unpack, ipairs = rawget, rawset, rawequal, unpack, ipairs
local loadstring, collectgarbage = loadstring, collectgarbage
local set_hook, get_info = debug.sethook, debug.getinfo
local newproxy, xpcall, select = newproxy, xpcall, select

-- ---- The hook

local failures_period = 100
local handler_max = 200 -- So often an error in a handler of errors is handled.

local hook
local ending = false   -- The script is not to go on behind a pcall.
local failures = 0
local asked            -- The error that the hook has raised last.

local function count()
  if ending then
    set_hook(hook, 'l') -- At every line.
  else
    set_hook(hook, '', period)
  end
end

local function ask()
  local problem, for_good = native.check()
  ending = ending or for_good
  count()
  if problem then
    asked = problem
    error(problem, 0)
  end
end

hook = function(event)
  if event == 'return' or event == 'tail return' then
    -- A function of ours has failed: see Interpreter.java. The count of instructions begins anew,
    -- so who does nothing but fail is asked here.
    count()
    local problem = native.take_error()
    failures = failures + 1
    if failures >= failures_period then
      failures = 0
      ask()
    end
    error(problem, 0)
  end
  ask()
end

local function count_instructions()
  ending = false
  count()
end

-- Between two calls of the hook a script can double a string thirty times. So the collector does
-- all of its work whenever what there is has doubled, and each time it finds an object that nobody
-- has: that one's finalizer has the hook called at the next instruction. It raises nothing and
-- calls nothing of ours, for what allocates may have been called by Java.
local watchman = newproxy(true)
getmetatable(watchman).__gc = function()
  if not ending then
    set_hook(hook, '', 1)
  end
  newproxy(watchman)
end
newproxy(watchman)
collectgarbage('setstepmul', 0)

-- ---- Tables that scripts must not change
--
-- Redis has patched its Lua for this. Here a script is given an empty table with a metatable; what
-- goes round metatables (rawset, next, ...) knows what is behind it.

local behind = {}   -- for each empty table that a script has, the one with the contents
local shown = {}    -- for some, the metatable that a script is shown

local function readonly()
  error('Attempt to modify a readonly table', 2)
end

local function protected(contents)
  local front = setmetatable({}, {__index = contents, __newindex = readonly})
  behind[front] = contents
  return front
end

local function nonexistent(...)
  if select('#', ...) ~= 2 then
    error('Wrong number of arguments to luaProtectedTableError', 2)
  end
  local _, name = ...
  local kind = type(name)
  if kind ~= 'string' and kind ~= 'number' then
    error('Second argument to luaProtectedTableError must be a string or number', 2)
  end
  local zero = string.find(name, '\0', 1, true) -- There a string of C's ends.
  name = zero and string.sub(name, 1, zero - 1) or name
  error("Script attempted to access nonexistent global variable '" .. name .. "'", 2)
end

-- ---- Functions of Lua's that are not given as they are

local given = {}

-- Says what is wrong as if it had been found in C below a function of this file: see in_their_words.
local function bad(argument, name, expected, ...)
  local given_type = select('#', ...) == 0 and 'no value' or type((...))
  error('bad argument #' .. argument .. " to '" .. name .. "' (" .. expected .. ' expected, got '
    .. given_type .. ')')
end

-- ---- Errors of functions that are C's elsewhere
--
-- What fails in C below a function of this file is said to be in this file. Whoever is told of it
-- is told what C would have said had the script called it: the place of the call, if it is one in
-- a script; the name by which it was called; and its arguments are counted without the self.

local find, match, gmatch, gsub, rep = string.find, string.match, string.gmatch, string.gsub,
  string.rep

local function info(thread, level, what)
  if thread then
    return get_info(thread, level, what)
  end
  return get_info(level + 1, what)
end

-- What coroutine.wrap has returned, and the thread of each.
local threads = setmetatable({}, {__mode = 'kv'})

local function as_called(text, how)
  local number, what = match(text, "^bad argument #(%d+) to '.-' (.*)$")
  if not number then
    return text
  end
  local name = how and how.name or '?'
  if how and how.namewhat == 'method' then
    number = number - 1
    if number == 0 then
      return "calling '" .. name .. "' on bad self " .. what
    end
  end
  return 'bad argument #' .. number .. " to '" .. name .. "' " .. what
end

-- Level is where the error was raised: in this thread from here, in another one from its end.
local function in_their_words(problem, thread, level)
  local before, text
  if type(problem) == 'string' then
    before, text = match(problem, '^(.-)sandbox:%d+: (.*)$')
  end
  if not text then
    return problem
  end
  if not thread then
    level = level + 1
  end
  local at = info(thread, level, 'nSlf')
  if before ~= '' then
    -- A coroutine's wrapper has put its place before what was raised in the coroutine.
    local inner = at and threads[at.func]
    return inner and before .. in_their_words('sandbox:0: ' .. text, inner, 0) or problem
  end
  if at and at.what == 'C' then
    level = level + 1
    at = info(thread, level, 'nSl')
  end
  local how
  while at and at.source == '=sandbox' do
    how = at
    level = level + 1
    at = info(thread, level, 'nSl')
  end
  if not (at and at.what == 'tail') then
    text = as_called(text, how)
  end
  if at and at.currentline > 0 then
    text = at.short_src .. ':' .. at.currentline .. ': ' .. text
  end
  return text
end

-- For xpcall: it is called where the error is raised.
local function placed(problem)
  return in_their_words(problem, nil, 2)
end

local function bound(f, ...)
  local count, arguments = select('#', ...), {...}
  return function()
    return f(unpack(arguments, 1, count))
  end
end

local function outcome(ok, problem, ...)
  if ok then
    return true, problem, ...
  end
  -- Redis raises tables; who catches one is given its text, as before there were tables.
  if type(problem) == 'table' then
    local text = problem.err
    if type(text) == 'string' or type(text) == 'number' then
      problem = text
    end
  end
  return false, problem
end

function given.pcall(...)
  local f = ...
  if select('#', ...) == 0 then
    return false, 'attempt to call a boolean value' -- Redis puts one before the arguments.
  elseif type(f) ~= 'function' then
    return outcome(pcall(...))
  elseif select('#', ...) == 1 then
    return outcome(xpcall(f, placed))
  end
  return outcome(xpcall(bound(...), placed))
end

-- A handler of what the hook raises would run inside the hook, where none is called: nothing would
-- interrupt it, and no function of ours could fail in it. So it is called when f is over. An error
-- in the handler goes to the handler, until there is none or it is enough.
local function handled(handler, ok, problem, ...)
  if ok then
    return true, problem, ...
  end
  for _ = 1, handler_max do
    if asked ~= nil and rawequal(problem, asked) then
      return false, problem
    end
    ok, problem = xpcall(bound(handler, problem), placed)
    if ok then
      return false, problem
    end
  end
  return false, 'error in error handling'
end

function given.xpcall(...)
  local f, handler = ...
  if type(handler) ~= 'function' then
    return xpcall(...)
  end
  return handled(handler, xpcall(f, placed))
end

function given.next(...)
  local t, key = ...
  if type(t) ~= 'table' then
    bad(1, 'next', 'table', ...)
  end
  return next(behind[t] or t, key)
end

function given.pairs(...)
  local t = ...
  if type(t) ~= 'table' then
    bad(1, 'pairs', 'table', ...)
  end
  if behind[t] then
    return given.next, t, nil
  end
  return next, t, nil
end

function given.rawget(...)
  local t = ...
  if behind[t] then
    return rawget(behind[t], select(2, ...))
  end
  return rawget(...)
end

function given.rawset(...)
  local t = ...
  if behind[t] then
    error('Attempt to modify a readonly table', 0)
  end
  return rawset(...)
end

function given.setmetatable(...)
  local t, metatable = ...
  local kind = type(metatable)
  if behind[t] and (kind == 'table' or select('#', ...) > 1 and kind == 'nil') then
    error('Attempt to modify a readonly table', 0)
  end
  return setmetatable(...)
end

local text_metatable = protected({__index = false})

function given.getmetatable(...)
  local value = ...
  if behind[value] then
    return shown[value]
  elseif type(value) == 'string' then
    return text_metatable
  end
  return getmetatable(...)
end

-- Lua 5.1.5 counts the results in an int, which overflows (CVE-2025-46817).
function given.unpack(...)
  local t, first, last = ...
  if type(t) ~= 'table' then
    bad(1, 'unpack', 'table', ...)
  end
  local from = first == nil and 1 or tonumber(first)
  local to = last == nil and #t or tonumber(last)
  if from and to and not (to - from < 1000000) then
    error('too many results to unpack', 2)
  end
  return unpack(...)
end

-- What a function of this file is called by is to stay on the stack: see TailCalls.java.
local dump = string.dump

local function with_places(f)
  local changed = native.without_tail_calls(dump(f))
  return changed and loadstring(changed) or f
end

-- Its parser does not hold the chunk's name (CVE-2025-49844): a name that ends at its first zero
-- byte is the string that is our argument. Code that was compiled before is not checked by Lua, so
-- none is taken: with a blank before it the parser refuses it as any other text.
local function compiled(source, name)
  local zero = string.find(name, '\0', 1, true)
  if zero then
    name = string.sub(name, 1, zero - 1)
  end
  if string.sub(source, 1, 1) == '\27' then
    source = ' ' .. source
  end
  local f, problem = loadstring(source, name)
  return f and with_places(f), problem
end

local function only_found(f, problem)
  if f then
    return f
  end
  return nil, problem
end

function given.loadstring(...)
  local source, name = ...
  if type(source) == 'number' then
    source = tostring(source)
  elseif type(source) ~= 'string' then
    bad(1, 'loadstring', 'string', ...)
  end
  if name ~= nil and type(name) ~= 'string' and type(name) ~= 'number' then
    bad(2, 'loadstring', 'string', name)
  end
  return only_found(compiled(source, tostring(name or source)))
end

function given.load(...)
  local reader, name = ...
  if type(reader) ~= 'function' then
    bad(1, 'load', 'function', ...)
  end
  local pieces, count = {}, 0
  while true do
    local ok, piece = xpcall(reader, placed)
    if not ok then
      return nil, piece
    elseif piece == nil or piece == '' then
      break
    elseif type(piece) ~= 'string' and type(piece) ~= 'number' then
      return nil, 'reader function must return a string'
    end
    count = count + 1
    pieces[count] = piece
  end
  return only_found(compiled(table.concat(pieces), tostring(name or '=(load)')))
end

-- What a script tells the collector must not outlive it.
function given.collectgarbage(...)
  local option = ...
  if option == 'stop' or option == 'restart' then
    return 0
  elseif option == 'setpause' or option == 'setstepmul' then
    return 200
  end
  return collectgarbage(...)
end

-- ---- coroutine, string, table

local create, resume, wrap, running = coroutine.create, coroutine.resume, coroutine.wrap,
  coroutine.running

function coroutine.create(f)
  local thread = create(f)
  set_hook(thread, hook, '', period)
  return thread
end

-- What is returned is C's: a script that ends with its call keeps its place on the stack.
function coroutine.wrap(f)
  if type(f) ~= 'function' or get_info(f, 'S').what == 'C' then
    error("bad argument #1 to 'wrap' (Lua function expected)")
  end
  local resumes
  resumes = wrap(function(...)
    set_hook(hook, '', period)
    threads[resumes] = running()
    return f(...)
  end)
  return resumes
end

local function resumed_or_not(thread, ok, problem, ...)
  if ok then
    return true, problem, ...
  end
  return false, in_their_words(problem, thread, 0)
end

function coroutine.resume(...)
  local thread = ...
  if type(thread) ~= 'thread' then
    return resume(...)
  end
  return resumed_or_not(thread, resume(...))
end

-- The matcher calls itself for each item of a pattern.
local function check_pattern(p)
  if type(p) == 'string' and #p > pattern_max then
    error('pattern is too long: ' .. #p .. ' bytes (expected: <= ' .. pattern_max .. ')', 3)
  end
end

-- Between two calls of the hook a script could make many large strings, which takes long.
local function check_string(bytes)
  if bytes > string_max then
    error('string is too long: ' .. bytes .. ' bytes (expected: <= ' .. string_max .. ')', 3)
  elseif bytes > large_string then
    ask()
  end
end

function string.find(...)
  local _, p, _, plain = ...
  if not plain then
    check_pattern(p)
  end
  return find(...)
end

function string.match(...)
  local _, p = ...
  check_pattern(p)
  return match(...)
end

function string.gmatch(...)
  local _, p = ...
  check_pattern(p)
  return gmatch(...)
end
string.gfind = string.gmatch

function string.gsub(...)
  local _, p = ...
  check_pattern(p)
  return gsub(...)
end

function string.rep(...)
  local s, n = ...
  local times = tonumber(n)
  if times and type(s) == 'string' then
    check_string(#s * times)
  end
  return rep(...)
end

local insert, concat, foreach = table.insert, table.concat, table.foreach

function table.insert(...)
  local t = ...
  if behind[t] then
    error('Attempt to modify a readonly table', 0)
  end
  return insert(...)
end

function table.concat(...)
  local t, between = ...
  if type(t) == 'table' then
    local whole = type(between) == 'string' and #between * #t or 0
    for _, piece in ipairs(t) do
      if type(piece) == 'string' then
        whole = whole + #piece
      end
    end
    check_string(whole)
  end
  return concat(...)
end

function table.foreach(...)
  local t = ...
  if behind[t] then
    return foreach(behind[t], select(2, ...))
  end
  return foreach(...)
end

math.random, math.randomseed = native.random, native.random_seed

-- ---- The globals of scripts, and those of functions

local libraries = {
  string = protected(string), table = protected(table), math = protected(math),
  coroutine = protected(coroutine), bit = protected(native.bit), cjson = protected(native.cjson),
  cmsgpack = protected(native.cmsgpack), struct = protected(native.struct),
}
setmetatable(behind[text_metatable], nil)
behind[text_metatable].__index = libraries.string

local as_they_are = {
  tostring = tostring, assert = assert, tonumber = tonumber,
  rawequal = rawequal, type = type, select = select, gcinfo = gcinfo, ipairs = ipairs,
  _VERSION = _VERSION, error = error,
}

local function globals()
  local g = {}
  for _, part in ipairs({as_they_are, given, libraries}) do
    for name, value in next, part do
      g[name] = value
    end
  end
  return setmetatable(g, {__index = nonexistent})
end

local shown_globals_metatable = protected({__index = nonexistent})

-- What EVAL's scripts have.
local script_globals = globals()
local script_environment = protected(script_globals)
shown[script_environment] = shown_globals_metatable
script_globals._G = script_environment
script_globals.redis = protected(native.script_redis)

-- What FCALL's functions have, and while a library is loaded.
local function_globals = globals()
function_globals._G = protected(function_globals)
shown[function_globals._G] = shown_globals_metatable
function_globals.redis = protected(native.function_redis)

local loading_redis = setmetatable(native.loading_redis, {__index = nonexistent})
local loading_globals = setmetatable({redis = protected(loading_redis)}, {__index = nonexistent})
shown[loading_globals.redis] = shown_globals_metatable

local function_metatable = {__index = function_globals, __newindex = readonly}
local function_environment = setmetatable({}, function_metatable)
behind[function_environment] = {}
shown[function_environment] = protected({__index = function_globals._G})

local function loading(begins)
  function_metatable.__index = begins and loading_globals or function_globals
end

-- ---- Errors

-- Redis's own handler names who called, where a function of C's has failed. Here that function may
-- be one of this file's, or the hook stands between it and the error.
local function place()
  local level = 3
  local found = get_info(level, 'nSl')
  local above = get_info(level + 1, 'S')
  local ours = above and above.source == '=sandbox'
  while above and above.source == '=sandbox' do
    level = level + 1
    above = get_info(level + 1, 'S')
  end
  if ours or found and found.what == 'C' then
    level = level + 1
    found = get_info(level, 'nSl')
  end
  while ours and found and (found.currentline < 0 or found.source == '=sandbox') do
    level = level + 1
    found = get_info(level, 'nSl')
  end
  return found
end

local function handler(problem)
  local at = place()
  if type(problem) ~= 'table' then
    problem = {err = 'ERR ' .. tostring(in_their_words(problem, nil, 2))}
  end
  if at and at.currentline > 0 then
    problem['source'] = at.source
    problem['line'] = at.currentline
  end
  return problem
end
script_globals.__redis__err__handler = handler

-- Who asks a function of this file for its environment gets what a function of C's has.
for _, part in ipairs({given, string, table, coroutine,
  {handler, nonexistent, readonly}}) do
  for _, f in next, part do
    if type(f) == 'function' and get_info(f, 'S').what ~= 'C' then
      setfenv(f, script_environment)
    end
  end
end

count_instructions()
return handler, script_environment, script_globals, function_environment, loading,
  count_instructions, with_places, placed
