-- For wrk: asks for one of so many jobs, each as likely as any other. The arguments are the names' beginning and their number.
function init(arguments)
  prefix, count = "/jobs/" .. arguments[1] .. "-0-", tonumber(arguments[2])
  math.randomseed(count)
end

function request()
  return wrk.format(nil, prefix .. math.random(count))
end
