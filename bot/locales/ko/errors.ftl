error-unexpected = 예상하지 못한 문제가 생겼어요. 잠시 뒤에 다시 해 보세요.
