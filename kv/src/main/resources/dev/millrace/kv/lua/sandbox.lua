-- What scripts see of Lua: the globals, the tables that they must not change, and the hook that
-- interrupts them. Run once in each interpreter, with all that Lua has; scripts have what is
-- returned, and none of the upvalues here. See Sandbox.java.

local native, period, pattern_max, string_max = ...

local debug, string, table, math, coroutine = debug, string, table, math, coroutine
local error, type, tonumber, tostring, next = error, type, tonumber, tostring, next
local raw_pcall, raw_setmetatable, raw_getmetatable = pcall, setmetatable, getmetatable
local raw_get, raw_set, raw_setfenv, raw_unpack = rawget, rawset, setfenv, unpack
local raw_loadstring, raw_collectgarbage = loadstring, collectgarbage
local set_hook, get_info, get_upvalue = debug.sethook, debug.getinfo, debug.getupvalue
local ipairs = ipairs

-- ---- The hook

local hook

hook = function(event)
  if event == 'return' or event == 'tail return' then
    -- A function of ours has failed: see Interpreter.java.
    set_hook(hook, '', period)
    error(native.take_error(), 0)
  end
  local problem, for_good = native.check()
  if problem then
    if for_good then
      -- At every line from here on, so that the script cannot go on behind a pcall.
      set_hook(hook, 'l')
    end
    error(problem, 0)
  end
end

local function hooked(thread)
  set_hook(thread, hook, '', period)
end

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
  local front = raw_setmetatable({}, {__index = contents, __newindex = readonly})
  behind[front] = contents
  return front
end

local function nonexistent(_, name)
  local kind = type(name)
  if kind ~= 'string' and kind ~= 'number' then
    error('Second argument to luaProtectedTableError must be a string or number', 2)
  end
  error("Script attempted to access nonexistent global variable '" .. name .. "'", 2)
end

-- ---- Functions of Lua's that are not given as they are

local given = {}

local function bad(argument, name, expected, value)
  error('bad argument #' .. argument .. " to '" .. name .. "' (" .. expected .. ' expected, got '
    .. (value == nil and 'no value' or type(value)) .. ')', 3)
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
  return outcome(raw_pcall(...))
end

function given.next(t, key)
  if type(t) ~= 'table' then
    bad(1, 'next', 'table', t)
  end
  return next(behind[t] or t, key)
end

function given.pairs(t)
  if type(t) ~= 'table' then
    bad(1, 'pairs', 'table', t)
  end
  if behind[t] then
    return given.next, t, nil
  end
  return next, t, nil
end

function given.rawget(t, key)
  return raw_get(behind[t] or t, key)
end

function given.rawset(t, key, value)
  if behind[t] then
    error('Attempt to modify a readonly table', 2)
  end
  return raw_set(t, key, value)
end

function given.setmetatable(t, metatable)
  if behind[t] then
    error('Attempt to modify a readonly table', 2)
  end
  return raw_setmetatable(t, metatable)
end

local text_metatable = protected({__index = false})

function given.getmetatable(value)
  if behind[value] then
    return shown[value]
  elseif type(value) == 'string' then
    return text_metatable
  end
  return raw_getmetatable(value)
end

function given.setfenv(f, environment)
  if type(f) == 'function' then
    if behind[f] then
      error("'setfenv' cannot change environment of given object", 2)
    end
    return raw_setfenv(f, environment)
  end
  local level = tonumber(f)
  if not level then
    bad(1, 'setfenv', 'number', f)
  elseif not (level >= 1) then
    -- 0 is the thread, whose environment is for all scripts.
    error("'setfenv' cannot change environment of given object", 2)
  end
  local changed = raw_setfenv(level + 1, environment)
  return changed
end

-- Lua 5.1.5 counts the results in an int, which overflows (CVE-2025-46817).
function given.unpack(t, first, last)
  if type(t) ~= 'table' then
    bad(1, 'unpack', 'table', t)
  end
  local from = first == nil and 1 or tonumber(first)
  local to = last == nil and #t or tonumber(last)
  if from and to and not (to - from < 1000000) then
    error('too many results to unpack', 2)
  end
  return raw_unpack(t, first, last)
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
  local f, problem = raw_loadstring(source, name)
  return f, problem
end

local function only_found(f, problem)
  if f then
    return f
  end
  return nil, problem
end

function given.loadstring(source, name)
  if type(source) == 'number' then
    source = tostring(source)
  elseif type(source) ~= 'string' then
    bad(1, 'loadstring', 'string', source)
  end
  if name ~= nil and type(name) ~= 'string' and type(name) ~= 'number' then
    bad(2, 'loadstring', 'string', name)
  end
  return only_found(compiled(source, tostring(name or source)))
end

function given.load(reader, name)
  if type(reader) ~= 'function' then
    bad(1, 'load', 'function', reader)
  end
  local pieces, count = {}, 0
  while true do
    local ok, piece = raw_pcall(reader)
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
function given.collectgarbage(option, argument)
  if option == 'stop' or option == 'restart' then
    return 0
  elseif option == 'setpause' or option == 'setstepmul' then
    return 200
  end
  return raw_collectgarbage(option, argument)
end

-- ---- coroutine, string, table

local raw_create, raw_wrap = coroutine.create, coroutine.wrap

function coroutine.create(f)
  local thread = raw_create(f)
  hooked(thread)
  return thread
end

function coroutine.wrap(f)
  local resume = raw_wrap(f)
  local _, thread = get_upvalue(resume, 1)
  hooked(thread)
  return resume
end

-- The matcher calls itself for each item of a pattern.
local function check_pattern(name, s, p)
  local kind = type(s)
  if kind ~= 'string' and kind ~= 'number' then
    error('bad argument #1 to \'' .. name .. '\' (string expected, got '
      .. (s == nil and 'no value' or kind) .. ')', 3)
  end
  kind = type(p)
  if kind ~= 'string' then
    if kind ~= 'number' then
      error('bad argument #2 to \'' .. name .. '\' (string expected, got '
        .. (p == nil and 'no value' or kind) .. ')', 3)
    end
  elseif #p > pattern_max then
    error('pattern is too long: ' .. #p .. ' bytes (expected: <= ' .. pattern_max .. ')', 3)
  end
end

local find, match, gmatch, gsub, rep = string.find, string.match, string.gmatch, string.gsub,
  string.rep

function string.find(s, p, from, plain)
  if not plain then
    check_pattern('find', s, p)
  end
  return find(s, p, from, plain)
end

function string.match(s, p, from)
  check_pattern('match', s, p)
  return match(s, p, from)
end

function string.gmatch(s, p)
  check_pattern('gmatch', s, p)
  return gmatch(s, p)
end
string.gfind = string.gmatch

function string.gsub(s, p, by, most)
  check_pattern('gsub', s, p)
  return gsub(s, p, by, most)
end

function string.rep(s, n)
  local times = tonumber(n)
  if times and type(s) == 'string' and #s * times > string_max then
    error('string is too long: ' .. #s * times .. ' bytes (expected: <= ' .. string_max .. ')', 2)
  end
  return rep(s, n)
end

local insert, concat, foreach = table.insert, table.concat, table.foreach

function table.insert(t, ...)
  if behind[t] then
    error('Attempt to modify a readonly table', 2)
  end
  return insert(t, ...)
end

function table.concat(t, between, from, to)
  if type(t) == 'table' then
    local whole = type(between) == 'string' and #between * #t or 0
    for _, piece in ipairs(t) do
      if type(piece) == 'string' then
        whole = whole + #piece
      end
    end
    if whole > string_max then
      error('string is too long: ' .. whole .. ' bytes (expected: <= ' .. string_max .. ')', 2)
    end
  end
  return concat(t, between, from, to)
end

function table.foreach(t, f)
  return foreach(behind[t] or t, f)
end

math.random, math.randomseed = native.random, native.random_seed

-- ---- The globals of scripts, and those of functions

local libraries = {
  string = protected(string), table = protected(table), math = protected(math),
  coroutine = protected(coroutine), bit = protected(native.bit), cjson = protected(native.cjson),
  cmsgpack = protected(native.cmsgpack), struct = protected(native.struct),
}
raw_setmetatable(behind[text_metatable], nil)
behind[text_metatable].__index = libraries.string

local as_they_are = {
  xpcall = xpcall, tostring = tostring, getfenv = getfenv, assert = assert, tonumber = tonumber,
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
  return raw_setmetatable(g, {__index = nonexistent})
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

local loading_redis = raw_setmetatable(native.loading_redis, {__index = nonexistent})
local loading_globals = raw_setmetatable({redis = protected(loading_redis)}, {__index = nonexistent})
shown[loading_globals.redis] = shown_globals_metatable

local function_metatable = {__index = function_globals, __newindex = readonly}
local function_environment = raw_setmetatable({}, function_metatable)
behind[function_environment] = {}
shown[function_environment] = protected({__index = function_globals._G})

local function loading(begins)
  function_metatable.__index = begins and loading_globals or function_globals
end

-- ---- Errors

-- Redis's own handler looks one C function up; here the hook may stand in between.
local function place()
  local level = 3
  local above = get_info(level + 1, 'f')
  if above and above.func == hook then
    level = level + 2
  end
  local found = get_info(level, 'nSl')
  if found and found.what == 'C' then
    found = get_info(level + 1, 'nSl')
  end
  return found
end

local function handler(problem)
  local at = place()
  if type(problem) ~= 'table' then
    problem = {err = 'ERR ' .. tostring(problem)}
  end
  if at then
    problem['source'] = at.source
    problem['line'] = at.currentline
  end
  return problem
end
script_globals.__redis__err__handler = handler

-- Functions of this file look like functions of C's to a script.
for _, part in ipairs({given, string, table, coroutine, {handler, nonexistent, readonly}}) do
  for _, f in next, part do
    if type(f) == 'function' and get_info(f, 'S').what ~= 'C' then
      raw_setfenv(f, script_environment)
      behind[f] = f
    end
  end
end

set_hook(hook, '', period)
return set_hook, hook, handler, script_environment, script_globals, function_environment, loading,
  function() set_hook(hook, '', period) end
