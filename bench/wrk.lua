-- Sends the requests of a file in turn, each read as it goes on the wire, and tells what came back.
-- wrk ... -s wrk.lua <url> -- <file> <number of the first>
-- The file: for each request a line with its length in bytes, then the request.

local threads = {}

function setup(thread)
   table.insert(threads, thread)
end

function init(args)
   requests, statuses = {}, {}
   local file = assert(io.open(args[1], "rb"))
   local length = file:read("*l")
   while length do
      table.insert(requests, file:read(tonumber(length)))
      length = file:read("*l")
   end
   file:close()
   at = tonumber(args[2])
end

function request()
   local found = requests[at % #requests + 1]
   at = at + 1
   return found
end

function response(status, headers, body)
   statuses[status] = (statuses[status] or 0) + 1
end

function done(summary, latency, requests)
   local counted = {}
   for status, count in pairs(threads[1]:get("statuses")) do
      table.insert(counted, string.format('"%d": %d', status, count))
   end
   local errors = summary.errors
   io.write(string.format(
      'BENCH {"requests": %d, "seconds": %.6f, "bytes": %d, "p50_ms": %.3f, "p99_ms": %.3f, '
         .. '"max_ms": %.3f, "broken": %d, "late": %d, "next": %d, "statuses": {%s}}\n',
      summary.requests, summary.duration / 1e6, summary.bytes,
      latency:percentile(50) / 1e3, latency:percentile(99) / 1e3, latency.max / 1e3,
      errors.connect + errors.read + errors.write, errors.timeout,
      threads[1]:get("at"), table.concat(counted, ", ")
   ))
end
