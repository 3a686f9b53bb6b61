digest-title = 까치가 소식 { $count }개를 모아 왔어요
digest-all = 모두 보기
